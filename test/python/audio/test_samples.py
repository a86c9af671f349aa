"""Samples on their way out."""

from io import BytesIO

import numpy as np
import soundfile
from earshot.audio.samples import resampled, to_s16le, to_wav


def test_pcm_is_little_endian_and_clipped() -> None:
    assert to_s16le(np.array([0.0, 1.0, -1.0, 7.0, -7.0], np.float32)) == b"\0\0\xff\x7f\x01\x80\xff\x7f\x01\x80"


def test_a_wav_says_how_long_it_is() -> None:
    wav = to_wav(b"\x01\x00" * 2_400, sample_rate_hz=24_000)
    samples, rate_hz = soundfile.read(BytesIO(wav), dtype="int16")
    assert (len(samples), rate_hz, int(samples[0])) == (2_400, 24_000, 1)


def test_resampling_keeps_the_length_in_seconds() -> None:
    assert len(resampled(np.zeros(24_000, np.float32), from_hz=24_000, to_hz=16_000)) == 16_000
