"""Audio that comes faster than it was spoken into a conversation that runs by the clock.

Main does so in two cases: after a crash it sends again what it kept of an unfinished turn, and it ends a turn early
(muted, released, unplugged) with silence.
"""

import time
from typing import Any

import pytest
from conversation.stage import Stage, speech
from fake_main import RATE_HZ, FakeMain

CHUNK_BYTES = 1_024
LARGE_CHUNK_BYTES = 512 * 1_024
QUESTION = "What is the capital of France?"
SECOND = 2 * RATE_HZ
ENDING = bytes(SECOND * 32 // 10)
STAGES = ("vadMs", "turnMs", "sttMs", "llmMs", "ttsMs")


async def test_a_burst_of_silence_ends_a_turn_at_once(stage: Stage) -> None:
    stage.recogniser.says("Can you tell me what the")
    async with stage.engines(), stage.main("realtime") as main:
        async with main.microphone():
            await main.say_live(speech("unfinished"))
        started_s = time.monotonic()
        await main.hear(ENDING)
        await main.until(lambda: main.closed_turns() == 1)

    assert time.monotonic() - started_s < 1.5
    assert main.of("turn")[0]["transcript"] == "Can you tell me what the"
    _assert_sane(main.of("turn")[0]["latency"])


@pytest.mark.parametrize("said_s", [1.1, 1.35, 1.6, 1.85])
async def test_a_burst_of_silence_ends_a_turn_in_the_middle_of_a_word(stage: Stage, said_s: float) -> None:
    stage.recogniser.says("What is")
    async with stage.engines(), stage.main("realtime") as main:
        await _hear_all(main, speech("question")[: 2 * round(said_s * RATE_HZ)])
        await main.until(lambda: main.of("speech-started") != [])
        await main.hear(ENDING)
        await main.until(lambda: main.closed_turns() == 1)

    assert main.of("turn")[0]["transcript"] == "What is"
    _assert_sane(main.of("turn")[0]["latency"])


@pytest.mark.parametrize("chunk_bytes", [CHUNK_BYTES, LARGE_CHUNK_BYTES])
async def test_a_kept_turn_is_heard_at_once_and_goes_on_live(stage: Stage, chunk_bytes: int) -> None:
    whole = "Can you tell me what the capital of Italy is?"
    stage.recogniser.answer = lambda _utterance, _marker: whole
    kept = speech(*_breathing(28))[: 60 * SECOND]
    async with stage.engines(), stage.main("realtime") as main:
        started_s = time.monotonic()
        await _hear_all(main, kept, chunk_bytes)
        await main.until(lambda: len(main.of("pause")) > 10)
        assert time.monotonic() - started_s < 10
        async with main.microphone():
            await main.say_live(speech("finish", 0.5))
            await main.until(lambda: main.closed_turns() == 1)

    assert len(main.of("turn-ended")) == 1
    [utterance] = stage.recogniser.utterances
    assert len(utterance.samples) / 24_000 > 55
    turn = main.of("turn")[0]
    assert turn["transcript"] == whole
    assert turn["speechEndMs"] > 60_000
    _assert_sane(turn["latency"])


@pytest.mark.parametrize("chunk_bytes", [CHUNK_BYTES, LARGE_CHUNK_BYTES])
async def test_a_kept_turn_that_was_over_is_answered_at_once(stage: Stage, chunk_bytes: int) -> None:
    stage.recogniser.answer = lambda _utterance, _marker: QUESTION
    async with stage.engines(), stage.main("realtime") as main:
        await _hear_all(main, speech(*_breathing(10), "question", 2.0), chunk_bytes)
        await main.until(lambda: main.closed_turns() == 1, limit_s=10)

    assert main.of("turn")[0]["transcript"] == QUESTION
    _assert_sane(main.of("turn")[0]["latency"])


def _breathing(times: int) -> list[str | float]:
    return ["unfinished", 1.0] * times


async def _hear_all(main: FakeMain, audio: bytes, chunk_bytes: int = CHUNK_BYTES) -> None:
    for start in range(0, len(audio), chunk_bytes):
        await main.hear(audio[start : start + chunk_bytes])


def _assert_sane(latency: dict[str, Any]) -> None:
    # Generous, for a busy machine: sound counted from when it was spoken would be later by as much as was kept.
    assert all(0 <= latency[name] < 3_500 for name in STAGES), latency
