"""Sound files of any kind to samples of one kind: libsndfile reads, soxr resamples, block by block."""

from typing import BinaryIO

import numpy as np
import soundfile
import soxr

from earshot.audio.samples import Samples, cleaned

_BLOCK_S = 10


class UnreadableSound(ValueError):
    """The bytes cannot be used as sound; the message says why, for a person."""


def decode(file: BinaryIO, *, sample_rate_hz: int, longest_s: int) -> Samples:
    """Read a whole file as mono samples at `sample_rate_hz`; channels are averaged.

    WAV of any rate, channel count and sample format, and whatever else libsndfile knows (FLAC, Ogg, MP3).

    Raises:
        UnreadableSound: not a sound file, without a single sample, or longer than `longest_s`.
    """
    try:
        with soundfile.SoundFile(file) as sound:
            if sound.frames > longest_s * sound.samplerate:
                raise UnreadableSound(f"The sound is longer than {longest_s / 60:g} minutes.")
            samples = _read(sound, sample_rate_hz, longest_s)
    except soundfile.LibsndfileError as fault:
        raise UnreadableSound(f"This is not a sound file that can be read ({fault.error_string}).") from fault
    if len(samples) == 0:
        raise UnreadableSound("The sound is empty: there is not one sample in it.")
    return samples


def _read(sound: soundfile.SoundFile, sample_rate_hz: int, longest_s: int) -> Samples:
    """Resample block by block: a compressed file may hold a hundred times its size."""
    stream = soxr.ResampleStream(sound.samplerate, sample_rate_hz, 1, dtype="float32")
    blocks = [
        stream.resample_chunk(cleaned(block.mean(axis=1)))
        for block in sound.blocks(
            # Some headers promise more than there is and some less: what is read counts, up to the limit.
            frames=longest_s * sound.samplerate,
            blocksize=_BLOCK_S * sound.samplerate,
            dtype="float32",
            always_2d=True,
        )
    ]
    blocks.append(stream.resample_chunk(np.zeros(0, np.float32), last=True))
    return np.concatenate(blocks)
