"""Recognition of whole files, one window after the other."""

from collections.abc import AsyncIterator
from functools import partial
from typing import BinaryIO

from earshot.audio.decoding import decode
from earshot.audio.samples import Samples
from earshot.engines.whisper.model import SAMPLE_RATE_HZ, WINDOW_S, SpeechModel
from earshot.engines.whisper.recognition import Recognition, recognise
from earshot.engines.whisper.steps import run_in_steps
from earshot.serving import engine_worker

LONGEST_S = 60 * 60
_WINDOW_SAMPLES = WINDOW_S * SAMPLE_RATE_HZ


async def read(file: BinaryIO) -> Samples:
    """Decode a file to samples at 16 kHz; raises UnreadableSound."""
    return await engine_worker.run(partial(decode, file, sample_rate_hz=SAMPLE_RATE_HZ, longest_s=LONGEST_S))


async def transcribe(model: SpeechModel, samples: Samples, *, language: str | None) -> AsyncIterator[Recognition]:
    """Yield what is said window by window, with times from the file's beginning. The first language found stays."""
    begin = 0
    while begin < len(samples):
        window = samples[begin : begin + _WINDOW_SAMPLES]
        more_follows = begin + len(window) < len(samples)
        recognition = await run_in_steps(recognise(model, window, language=language, more_follows=more_follows))
        language = language or recognition.language
        yield recognition.later(begin / SAMPLE_RATE_HZ)
        rest = len(window) if recognition.rest_s is None else round(recognition.rest_s * SAMPLE_RATE_HZ)
        begin += rest
