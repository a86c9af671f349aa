"""Whisper's section of the launch line."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from earshot.serving.launch import BadLaunchLine, read_optional_text, read_positive, read_text


@dataclass(frozen=True, slots=True)
class Settings:
    """What to load and where.

    Attributes:
        model: folder with a CTranslate2 model (model.bin, config.json, tokenizer.json, vocabulary.txt).
        model_id: its id in the catalogue.
        device: `cpu`.
        precision: CTranslate2's compute type, `int8` for instance.
        threads: threads of one recognition.
        language: code of the spoken language; None to detect it anew in every window.
        warmup_audio: a recording with speech that has to give words before the engine is ready.
    """

    model: Path
    model_id: str
    device: str
    precision: str
    threads: int
    language: str | None
    warmup_audio: Path


def read_settings(section: Mapping[str, object]) -> Settings:
    """Check the section; raises BadLaunchLine."""
    device = read_text(section, "device")
    if device != "cpu":
        raise BadLaunchLine(f'"device" is "{device}": this Whisper runs on the cpu')
    return Settings(
        model=Path(read_text(section, "model")),
        model_id=read_text(section, "modelId"),
        device=device,
        precision=read_text(section, "precision"),
        threads=read_positive(section, "threads"),
        language=read_optional_text(section, "language"),
        warmup_audio=Path(read_text(section, "warmupAudio")),
    )
