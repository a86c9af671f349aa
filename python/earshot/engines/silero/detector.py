"""Silero's own torch package. It proves that a torch environment computes; the conversation uses Silero on ONNX.

Our own model files are safetensors and nothing else. This model is TorchScript, the one exception: it comes inside
of the package, whose wheel is pinned by its hash like all code of the environment, and never from a model folder.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from earshot.audio.samples import Samples, resampled

SAMPLE_RATE_HZ = 16_000


@dataclass(frozen=True, slots=True)
class Span:
    """Somebody speaks, from when to when in seconds."""

    start_s: float
    stop_s: float


def find_speech(samples: Samples, sample_rate_hz: int) -> tuple[Span, ...]:
    """Return where in a sound somebody speaks, with Silero's usual limits. Blocks."""
    import torch
    from silero_vad import get_speech_timestamps

    if sample_rate_hz != SAMPLE_RATE_HZ:
        samples = resampled(samples, from_hz=sample_rate_hz, to_hz=SAMPLE_RATE_HZ)
    found = get_speech_timestamps(torch.from_numpy(samples), _model(), sampling_rate=SAMPLE_RATE_HZ)
    return tuple(Span(each["start"] / SAMPLE_RATE_HZ, each["end"] / SAMPLE_RATE_HZ) for each in found)


@cache
def _model() -> Any:
    import torch

    threads = torch.get_num_threads()
    from silero_vad import load_silero_vad

    # The import sets one thread for everything in the process.
    torch.set_num_threads(threads)
    return load_silero_vad(onnx=False)
