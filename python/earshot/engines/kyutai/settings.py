"""Kyutai's section of the launch line."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from earshot.serving.launch import BadLaunchLine, read_positive, read_text

Precision = Literal["bfloat16", "float32"]
_PRECISIONS: tuple[Precision, ...] = get_args(Precision)


@dataclass(frozen=True, slots=True)
class Settings:
    """What to load and where.

    Attributes:
        model: folder with config.json and the files it names: two of safetensors and a sentencepiece model.
        model_id: its id in the catalogue.
        device: `cpu` or the UUID of the one GPU this process can see.
        precision: of the language model's weights; Mimi always computes in float32.
        threads: threads of one step on the CPU.
        window_s: how far back the model looks; None for as far as it was trained to.
        warmup_audio: a recording with speech whose first frames are heard before the engine is ready.
    """

    model: Path
    model_id: str
    device: str
    precision: Precision
    threads: int
    window_s: float | None
    warmup_audio: Path


def read_settings(section: Mapping[str, object]) -> Settings:
    """Check the section; raises BadLaunchLine."""
    return Settings(
        model=Path(read_text(section, "model")),
        model_id=read_text(section, "modelId"),
        device=read_text(section, "device"),
        precision=_read_precision(section),
        threads=read_positive(section, "threads"),
        window_s=_read_window_s(section),
        warmup_audio=Path(read_text(section, "warmupAudio")),
    )


def _read_precision(section: Mapping[str, object]) -> Precision:
    wanted = read_text(section, "precision")
    for precision in _PRECISIONS:
        if wanted == precision:
            return precision
    raise BadLaunchLine(f'"precision" is "{wanted}", not one of {", ".join(_PRECISIONS)}')


def _read_window_s(section: Mapping[str, object]) -> float | None:
    window_s = section.get("windowSeconds")
    if window_s is None:
        return None
    if isinstance(window_s, bool) or not isinstance(window_s, int | float) or not window_s >= 1:
        raise BadLaunchLine('"windowSeconds" is not a number of at least 1')
    return float(window_s)
