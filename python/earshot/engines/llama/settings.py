"""What the launch line says about the language model."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from earshot.serving.launch import BadLaunchLine, read_positive, read_text


@dataclass(frozen=True, slots=True)
class Settings:
    """One model and what it may use.

    Attributes:
        model: a GGUF file.
        model_id: its id in the catalogue; what `/v1/models` and every answer name.
        threads: for prompt and decoding alike.
        context_tokens: prompt and reply together.
    """

    model: Path
    model_id: str
    threads: int
    context_tokens: int


def parse_settings(section: Mapping[str, object]) -> Settings:
    """Check the `service` section of the launch line; raises BadLaunchLine."""
    device = read_text(section, "device")
    if device != "cpu":
        raise BadLaunchLine(f'"device" is {device}, but this llama.cpp runs on the cpu only')
    return Settings(
        model=Path(read_text(section, "model")),
        model_id=read_text(section, "modelId"),
        threads=read_positive(section, "threads"),
        context_tokens=read_positive(section, "contextTokens"),
    )
