"""Decoding by libsndfile and resampling by soxr, block by block, so that a long file costs no memory."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
import soxr

SAMPLE_RATE_HZ = 16_000
BLOCK_SECONDS = 10
LONGEST_SECONDS = 3_600


class RecordingError(Exception):
    """A file that cannot be heard; the message says why, for a person."""


def read_recording(path: Path) -> Iterator[bytes]:
    """Yield the recording as 16 kHz mono s16le blocks.

    Any rate, channel count and sample format that libsndfile reads; channels are averaged, samples that are
    no numbers count as silence.

    Raises:
        RecordingError: no such file, not a sound file, empty, longer than an hour, or cut off in the middle.
    """
    if not path.is_file():
        raise RecordingError("there is no such file")
    try:
        with soundfile.SoundFile(path) as sound:
            if sound.frames == 0:
                raise RecordingError("it holds no sound (it is empty)")
            if sound.frames > LONGEST_SECONDS * sound.samplerate:
                raise RecordingError("it is longer than an hour")
            yield from _resampled(sound)
    except soundfile.LibsndfileError as error:
        raise RecordingError(f"it is not a WAV file that can be read ({error.error_string})") from error


def _resampled(sound: soundfile.SoundFile) -> Iterator[bytes]:
    stream = soxr.ResampleStream(sound.samplerate, SAMPLE_RATE_HZ, 1, dtype="float32")
    for block in sound.blocks(blocksize=BLOCK_SECONDS * sound.samplerate, dtype="float32", always_2d=True):
        mono = np.nan_to_num(block.mean(axis=1), nan=0.0, posinf=1.0, neginf=-1.0)
        last = sound.tell() >= sound.frames
        yield _s16le(stream.resample_chunk(mono.astype(np.float32), last=last))


def _s16le(samples: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> bytes:
    return (np.clip(samples, -1.0, 1.0) * 32767.0).astype("<i2").tobytes()
