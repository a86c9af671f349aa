"""An engine that stays away is named when patience is over, and the next turn works again once it is back."""

import asyncio
import time
from collections.abc import Callable

import pytest
from conversation.stage import Ports, Stage, free_ports, section, speech
from fake_main import RATE_HZ
from serving.running import Running, Start

PATIENCE_S = 0.6

Break = Callable[[Stage], None]


@pytest.fixture(scope="module")
def known_ports() -> Ports:
    """Return the ports of this module's own process."""
    return free_ports()


@pytest.fixture(scope="module")
def process(start_shared_service: Start, known_ports: Ports) -> Running:
    """Return a conversation with hardly any patience."""
    running = start_shared_service(["-m", "earshot.conversation"], section(known_ports, PATIENCE_S))
    running.wait_until_ready()
    return running


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
        assert [lost["service"] for lost in main.of("engine-lost")] == [service]
        assert main.of("engine-back") == []
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
    assert stage.voice.sentences == ["One.", "Two.", "Two."]
    assert stage.language_model.cut_off == 1


async def test_a_recogniser_lost_for_good_while_somebody_speaks_fails_the_turn_before_its_end(stage: Stage) -> None:
    healthy = Stage(stage.process, stage.ports)
    healthy.recogniser.says("Hello?")
    stage.recogniser.life.dies_at = [("sample", 24_000)]
    stage.recogniser.life.gone_s = None
    async with stage.main() as main:
        async with stage.engines():
            await main.say(speech("question")[: 2 * RATE_HZ * 3 // 2])
            await main.until(lambda: main.closed_turns() == 1)
            await main.say(speech("question")[2 * RATE_HZ * 3 // 2 :] + bytes(2 * RATE_HZ))
            assert main.of("turn-ended") == []
        async with healthy.engines():
            await main.say_all(speech("question"))

    assert [failed["service"] for failed in main.of("turn-failed")] == ["stt"]
    assert [turn["transcript"] for turn in main.of("turn")] == ["Hello?"]


@pytest.mark.parametrize("word", [0, 4])
async def test_a_language_model_that_never_comes_back_fails_the_turn(stage: Stage, word: int) -> None:
    stage.language_model.reply = lambda _request: "One is here. Two is here."
    stage.language_model.life.dies_at = [("word", word)]
    stage.language_model.life.gone_s = None
    async with stage.engines(), stage.main("realtime") as main:
        started_s = time.monotonic()
        await main.ask("First?")
        await main.until(lambda: main.closed_turns() == 1)

    assert time.monotonic() - started_s == pytest.approx(PATIENCE_S, abs=0.5)
    assert [message["type"] for message in main.told if message["type"] != "spoken"] == [
        "turn-ended",
        "engine-lost",
        "turn-failed",
    ]


async def test_a_voice_that_never_comes_back_fails_the_turn_and_says_no_more(stage: Stage) -> None:
    stage.language_model.reply = lambda _request: "One is here. Two is here."
    stage.voice.life.dies_at = [("bytes", 4_800)]
    stage.voice.life.gone_s = None
    async with stage.engines(), stage.main() as main:
        await main.ask("First?")
        await main.until(lambda: main.closed_turns() == 1)

    assert [failed["service"] for failed in main.of("turn-failed")] == ["tts"]
    assert stage.voice.sentences == ["One is here."]
    assert len(main.audio) <= 4_800


async def test_a_recogniser_restarted_between_turns_is_not_noticed(stage: Stage) -> None:
    stage.recogniser.answer = lambda _utterance, _marker: "Hello?"
    async with stage.main() as main:
        for _ in range(2):
            async with stage.engines():
                await main.say_all(speech("question"))

    assert [turn["turn"] for turn in main.of("turn")] == [1, 2]
    assert main.of("turn-failed") == []


async def test_a_question_that_failed_is_not_asked_again_with_the_next(stage: Stage) -> None:
    healthy = Stage(stage.process, stage.ports)
    stage.language_model.status = 400
    healthy.language_model.says("Here I am.")
    async with stage.main() as main:
        async with stage.engines():
            await main.ask("Are you there?")
            await main.until(lambda: main.closed_turns() == 1)
        async with healthy.engines():
            await main.ask("And now?")
            await main.until(lambda: main.closed_turns() == 2)

    [request] = healthy.language_model.requests
    assert [message["content"] for message in request["messages"] if message["role"] == "user"] == ["And now?"]
