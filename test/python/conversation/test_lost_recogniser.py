"""A recogniser that dies while somebody speaks: it hears the turn again once it is back."""

import asyncio

import pytest
from conversation.asking import Way, ask, assert_answered, assert_waited, pace_of, remembered
from conversation.stage import Stage, speech
from fake_main import RATE_HZ

HEARD = "What is the capital of France?"
HEARD_SAMPLES = round((2.176 - 0.768 + 0.7) * 24_000)
"""From before the speech was noticed to the noticed pause."""


@pytest.fixture(autouse=True)
def _question(stage: Stage) -> None:
    stage.recogniser.answer = lambda _utterance, _marker: HEARD


@pytest.mark.parametrize(
    ("way", "what", "place"),
    [
        ("spoken to a file", "sample", 0),
        ("spoken to a file", "sample", 24_000),
        ("spoken to a file", "marker", 0),
        ("spoken to a file", "word", 0),
        ("spoken to a file", "word", 3),
        ("spoken to a file", "word", 6),
        ("spoken", "sample", 24_000),
        ("spoken", "word", 3),
    ],
)
async def test_a_turn_is_heard_again_from_its_beginning(stage: Stage, way: Way, what: str, place: int) -> None:
    stage.recogniser.life.dies_at = [(what, place)]
    async with stage.engines(), stage.main(pace_of(way)) as main:
        await ask(main, way)
        turn = assert_answered(main, "Sure.")
        assert_waited(main, "stt", turn=None)
        assert await remembered(stage, main) == [HEARD, "Sure."]

    assert turn["transcript"] == HEARD
    heard_again = stage.recogniser.utterances[-1]
    assert heard_again.markers == [1]
    # A microphone goes on while the recogniser is not there.
    assert len(heard_again.samples) > HEARD_SAMPLES - 2_400
    assert len(heard_again.samples) < HEARD_SAMPLES + 2_400 or way == "spoken"
    if way == "spoken to a file" and what != "sample":
        assert turn["latency"]["sttMs"] + turn["latency"]["turnMs"] > 300


async def test_only_the_newest_marker_is_asked_again(stage: Stage) -> None:
    stage.recogniser.life.dies_at = [("marker", 1)]
    async with stage.engines(), stage.main() as main:
        await main.say_all(speech("unfinished", 1.0, "finish"))

    assert [turn["transcript"] for turn in main.of("turn")] == [HEARD]
    assert [utterance.markers for utterance in stage.recogniser.utterances] == [[1, 2], [2]]
    assert_waited(main, "stt", turn=None)


async def test_a_recogniser_that_dies_in_a_breath_has_heard_it_all_before_the_turn_ends(stage: Stage) -> None:
    async with stage.engines(), stage.main() as main:
        await main.say(speech("unfinished", 0.5))
        await stage.recogniser.hang_up()
        await main.until(lambda: main.of("engine-back") != [])
        await main.say_all(speech("finish"))

    assert [turn["transcript"] for turn in main.of("turn")] == [HEARD]
    assert [utterance.markers for utterance in stage.recogniser.utterances] == [[1], [2]]
    assert_waited(main, "stt", turn=None)


async def test_a_recogniser_may_die_twice_in_a_turn(stage: Stage) -> None:
    stage.recogniser.life.dies_at = [("sample", 24_000), ("word", 2)]
    async with stage.engines(), stage.main() as main:
        await ask(main, "spoken to a file")

    assert_answered(main, "Sure.")
    assert_waited(main, "stt", times=2, turn=None)


async def test_a_turn_that_kills_the_recogniser_three_times_is_not_heard_again(stage: Stage) -> None:
    stage.recogniser.life.dies_at = [("marker", 0)] * 9
    async with stage.engines(), stage.main() as main:
        await ask(main, "spoken to a file")

    assert [(failed["service"], failed["message"]) for failed in main.of("turn-failed")] == [
        ("stt", "it closed the connection")
    ]
    assert main.of("turn-ended") == []
    assert len(stage.recogniser.utterances) == 3


async def test_another_recogniser_may_understand_otherwise(stage: Stage) -> None:
    life = stage.recogniser.life
    life.dies_at = [("word", 3)]
    stage.recogniser.answer = lambda _utterance, _marker: HEARD if life.deaths == 0 else "What's the capital of France?"
    async with stage.engines(), stage.main() as main:
        await ask(main, "spoken to a file")

    assert assert_answered(main, "Sure.")["transcript"] == "What's the capital of France?"


@pytest.mark.parametrize("way", ["spoken to a file", "spoken"])
async def test_a_recogniser_that_still_loads_is_waited_for(stage: Stage, way: Way) -> None:
    stage.recogniser.life.dies_at = [("marker", 0)]
    stage.recogniser.life.refuses = 3
    async with stage.engines(), stage.main(pace_of(way)) as main:
        await ask(main, way)

    assert_answered(main, "Sure.")
    assert_waited(main, "stt", turn=None)
    assert len(stage.recogniser.connections) == 2


async def test_a_recogniser_that_is_started_late_is_waited_for(stage: Stage) -> None:
    async with stage.engines("llm", "tts"), stage.main() as main:
        asking = asyncio.create_task(ask(main, "spoken to a file"))
        await main.until(lambda: main.of("pause") != [])
        async with stage.engines("stt"):
            await asking

    assert_answered(main, "Sure.")
    assert_waited(main, "stt", turn=None)


async def test_a_question_typed_meanwhile_ends_the_wait(stage: Stage) -> None:
    stage.recogniser.life.dies_at = [("marker", 0)]
    stage.recogniser.life.gone_s = None
    async with stage.engines(), stage.main("realtime") as main, main.microphone():
        await main.say_live(speech("question", 0.5))
        await main.until(lambda: main.of("engine-lost") != [])
        await main.ask("Typed?")
        await main.until(lambda: main.closed_turns() == 1, limit_s=5)

    assert [turn["transcript"] for turn in main.of("turn")] == ["Typed?"]
    assert len(main.of("nothing-heard")) == 1


async def test_what_is_said_meanwhile_belongs_to_the_turn(stage: Stage) -> None:
    stage.recogniser.life.dies_at = [("marker", 0)]
    stage.recogniser.life.gone_s = 2.5
    async with stage.engines(), stage.main("realtime") as main, main.microphone():
        await main.say_live(speech("question", 0.5))
        await main.until(lambda: main.of("engine-lost") != [])
        await main.say_live(speech("finish", 0.5))
        await main.until(lambda: main.closed_turns() == 1)

    assert_answered(main, "Sure.")
    assert stage.recogniser.utterances[-1].markers == [2]


async def test_a_recogniser_that_is_given_up_fails_the_turn_at_once(stage: Stage) -> None:
    stage.recogniser.life.dies_at = [("marker", 0)]
    stage.recogniser.life.gone_s = None
    async with stage.engines(), stage.main() as main:
        asking = asyncio.create_task(ask(main, "spoken to a file"))
        await main.until(lambda: main.of("engine-lost") != [])
        await main.request("give-up", {"service": "stt"})
        await main.until(lambda: main.closed_turns() == 1, limit_s=2)
        await asking

    assert [failed["service"] for failed in main.of("turn-failed")] == ["stt"]


async def test_a_recogniser_lost_while_somebody_speaks_is_told_at_once(stage: Stage) -> None:
    async with stage.engines(), stage.main() as main:
        await main.say(speech("question")[: 2 * RATE_HZ * 3 // 2])
        await stage.recogniser.hang_up()
        await main.until(lambda: main.of("engine-lost") != [])
        assert main.of("pause") == []
        await main.say_all(speech("question")[2 * RATE_HZ * 3 // 2 :])

    assert_answered(main, "Sure.")
    assert_waited(main, "stt", turn=None)
