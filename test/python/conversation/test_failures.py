"""An engine that fails is named, and the next turn works again once it is back."""

import asyncio
from collections.abc import Callable

import pytest
from conversation.stage import Stage, speech

Break = Callable[[Stage], None]


def _llm_refuses(stage: Stage) -> None:
    stage.language_model.status = 500


def _llm_knows_no_key(stage: Stage) -> None:
    stage.language_model.status = 401


def _llm_breaks_off(stage: Stage) -> None:
    stage.language_model.breaks_after = 2


def _tts_refuses(stage: Stage) -> None:
    stage.voice.status = 503


def _tts_knows_no_voice(stage: Stage) -> None:
    stage.voice.status = 404


def _stt_says_so(stage: Stage) -> None:
    stage.recogniser.error = "out of memory"


@pytest.mark.parametrize(
    ("service", "others"), [("stt", ("llm", "tts")), ("llm", ("stt", "tts")), ("tts", ("stt", "llm"))]
)
async def test_an_engine_that_is_gone_is_named(stage: Stage, service: str, others: tuple[str, ...]) -> None:
    stage.recogniser.answer = lambda _utterance, _marker: "Hello?"
    async with stage.main() as main:
        async with stage.engines(*others):
            await main.say_all(speech("question"))
        [failed] = main.of("turn-failed")
        assert (failed["turn"], failed["service"]) == (1, service)
        assert "cannot be reached" in failed["message"]
        async with stage.engines():
            await main.say_all(speech("question"))

    assert [turn["turn"] for turn in main.of("turn")] == [2]


@pytest.mark.parametrize(
    ("break_it", "service", "message"),
    [
        (_llm_refuses, "llm", "500"),
        (_llm_knows_no_key, "llm", "401"),
        (_llm_breaks_off, "llm", "closed the connection"),
        (_tts_refuses, "tts", "503"),
        (_tts_knows_no_voice, "tts", "404"),
        (_stt_says_so, "stt", "out of memory"),
    ],
)
async def test_a_failure_ends_the_turn_and_nothing_else(
    stage: Stage, break_it: Break, service: str, message: str
) -> None:
    healthy = Stage(stage.process, stage.ports)
    for each in (stage, healthy):
        each.recogniser.answer = lambda _utterance, _marker: "Hello?"
        each.language_model.reply = lambda _request: "Well, hello to you. And good bye."
    break_it(stage)
    async with stage.main() as main:
        async with stage.engines():
            for _ in range(4):
                await main.say_all(speech("question"))
        assert [(failed["service"], message in failed["message"]) for failed in main.of("turn-failed")] == [
            (service, True)
        ] * 4
        async with healthy.engines():
            await main.say_all(speech("question"))

    assert [turn["reply"] for turn in main.of("turn")] == ["Well, hello to you. And good bye."]


async def test_a_voice_that_fails_in_the_middle_stops_the_language_model(stage: Stage) -> None:
    stage.recogniser.says("Hello?")
    stage.language_model.says("One. Two. Three. Four. Five. Six.")
    stage.language_model.word_s = 0.3
    stage.voice.status = 500
    stage.voice.fails_at = 1
    async with stage.engines(), stage.main() as main:
        await main.say_all(speech("question"))
        await asyncio.sleep(0.5)

    assert [failed["service"] for failed in main.of("turn-failed")] == ["tts"]
    assert stage.voice.sentences == ["One.", "Two."]
    assert stage.language_model.cut_off == 1


async def test_a_recogniser_lost_while_somebody_speaks_is_told_at_once(stage: Stage) -> None:
    stage.recogniser.says("Hello?")
    async with stage.engines(), stage.main() as main:
        await main.say(speech("question")[: 2 * 16_000 * 3 // 2])
        await stage.recogniser.hang_up()
        await main.until(lambda: main.closed_turns() == 1)
        await main.say(speech("question")[2 * 16_000 * 3 // 2 :] + bytes(2 * 16_000))
        assert main.of("turn-ended") == []
        await main.say_all(speech("question"))

    assert [failed["service"] for failed in main.of("turn-failed")] == ["stt"]
    assert [turn["transcript"] for turn in main.of("turn")] == ["Hello?"]


async def test_a_recogniser_restarted_between_turns_is_not_noticed(stage: Stage) -> None:
    stage.recogniser.answer = lambda _utterance, _marker: "Hello?"
    async with stage.main() as main:
        for _ in range(2):
            async with stage.engines():
                await main.say_all(speech("question"))

    assert [turn["turn"] for turn in main.of("turn")] == [1, 2]
    assert main.of("turn-failed") == []
