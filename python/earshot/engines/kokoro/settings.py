"""Kokoro's section of the launch line."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from earshot.serving.launch import BadLaunchLine, read_positive, read_section, read_text


@dataclass(frozen=True, slots=True)
class Settings:
    """What to load and where.

    Attributes:
        model: the ONNX file.
        model_id: its id in the catalogue.
        voices: one file of styles for each voice.
        voice: the one that speaks when a request names none.
        device: `cpu`.
        threads: threads of one synthesis.
    """

    model: Path
    model_id: str
    voices: Mapping[str, Path]
    voice: str
    device: str
    threads: int


def read_settings(section: Mapping[str, object]) -> Settings:
    """Check the section; raises BadLaunchLine."""
    voices = read_section(section, "voices")
    voice = read_text(section, "voice")
    if voice not in voices:
        raise BadLaunchLine(f'"voice" is "{voice}", which is not among "voices"')
    device = read_text(section, "device")
    if device != "cpu":
        raise BadLaunchLine(f'"device" is "{device}": this Kokoro runs on the cpu')
    return Settings(
        model=Path(read_text(section, "model")),
        model_id=read_text(section, "modelId"),
        voices={name: Path(read_text(voices, name)) for name in voices},
        voice=voice,
        device=device,
        threads=read_positive(section, "threads"),
    )
