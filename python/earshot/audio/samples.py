"""Samples as every engine handles them, and the two formats they leave in."""

from io import BytesIO

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""One channel, shape (samples,), full scale ±1."""

_FULL_SCALE = 32_767


def cleaned(samples: NDArray[np.floating]) -> Samples:
    """Return samples a model can bear: what is no number is silence, what is out of range is clipped."""
    numbers = np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0)
    return np.asarray(np.clip(numbers, -1.0, 1.0), dtype=np.float32)


def resampled(samples: Samples, *, from_hz: int, to_hz: int) -> Samples:
    """Return the same sound at another sample rate."""
    return np.asarray(soxr.resample(samples, from_hz, to_hz), dtype=np.float32)


def to_s16le(samples: Samples) -> bytes:
    """Return 16-bit little-endian PCM."""
    return bytes((np.clip(samples, -1.0, 1.0) * _FULL_SCALE).round().astype("<i2").tobytes())


def to_wav(pcm: bytes, *, sample_rate_hz: int) -> bytes:
    """Return mono s16le PCM as a complete WAV file."""
    file = BytesIO()
    soundfile.write(file, np.frombuffer(pcm, dtype="<i2"), sample_rate_hz, format="WAV", subtype="PCM_16")
    return file.getvalue()
