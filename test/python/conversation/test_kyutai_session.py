"""The transcriber with our own Kyutai's session, a process of its own, around a model that writes a word per sound."""

import asyncio
from pathlib import Path

import numpy as np
import pytest
from earshot.conversation.settings import Flush, SpeechToText
from earshot.conversation.transcriber import Told, Transcriber
from earshot.conversation.turn_events import Transcribed, TranscriberFailed
from kyutai import fake_kyutai
from serving.running import Running, Start

STEP_S = 0.08


@pytest.fixture(scope="module")
def kyutai(start_shared_service: Start) -> Running:
    """Return a session that answers nearly at once."""
    running = start_shared_service([str(Path(fake_kyutai.__file__))], {"frameSeconds": 0.002})
    running.wait_until_ready()
    return running


@pytest.mark.parametrize("flush", ["marker", "silence"])
async def test_each_word_is_there_once_in_every_turn(kyutai: Running, flush: Flush) -> None:
    told: asyncio.Queue[Told] = asyncio.Queue()
    settings = SpeechToText(f"ws://127.0.0.1:{kyutai.port}/api/asr-streaming", kyutai.token, flush)
    transcriber = Transcriber(settings, told.put_nowait)
    for turn in (1, 2):
        transcriber.begin(_words(3) + _silence(3))
        first = transcriber.mark(10 * turn)
        assert await _answer(told) == (10 * turn, 3)
        sense = await first
        assert sense is not None
        assert sense.is_pausing
        transcriber.hear(_silence(4) + _words(2) + _silence(3))
        transcriber.mark(10 * turn + 1)
        assert await _answer(told) == (10 * turn + 1, 5)
        transcriber.end()
    await transcriber.close()


async def _answer(told: asyncio.Queue[Told]) -> tuple[int, int]:
    """Return the next marker and how many words came with it."""
    async with asyncio.timeout(20):
        while True:
            said = await told.get()
            assert not isinstance(said, TranscriberFailed), said
            if isinstance(said, Transcribed):
                return said.marker, len(said.transcript.split())


def _words(count: int) -> bytes:
    return b"".join(_sound(2, 0.65) + _silence(4) for _ in range(count))


def _silence(steps: int) -> bytes:
    return _sound(steps, 0.0)


def _sound(steps: int, loudness: float) -> bytes:
    return np.full(round(steps * STEP_S * 16_000), loudness * 32_768, "<i2").tobytes()
