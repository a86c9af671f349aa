"""A language model that dies while it answers: the answer comes whole, later."""

import asyncio

import pytest
from conversation.asking import QUESTION, WAYS, Way, ask, assert_answered, assert_waited, pace_of, remembered
from conversation.stage import Stage, speech

REPLY = "One is here. Two is here. Three is here."
SENTENCES = ["One is here.", "Two is here.", "Three is here."]
AFTER_ALL_WORDS = 9


@pytest.fixture(autouse=True)
def _question(stage: Stage) -> None:
    stage.recogniser.answer = lambda _utterance, _marker: QUESTION
    stage.language_model.reply = lambda _request: REPLY


@pytest.mark.parametrize(
    ("way", "word"),
    [*((WAYS[0], word) for word in (0, 2, 3, 4, 8, AFTER_ALL_WORDS)), ("spoken", 4), ("typed", 0), ("typed", 4)],
)
async def test_an_answer_that_was_cut_off_is_completed(stage: Stage, way: Way, word: int) -> None:
    stage.language_model.life.dies_at = [("word", word)]
    async with stage.engines(), stage.main(pace_of(way)) as main:
        await ask(main, way)
        turn = assert_answered(main, REPLY)
        [back] = assert_waited(main, "llm")
        assert stage.voice.sentences == SENTENCES
        assert await remembered(stage, main) == [QUESTION, REPLY]

    assert 300 <= back["waitedMs"] < 5_000
    first, second, _ = stage.language_model.requests
    assert first == second
    # The wait is counted where it was: before the first sentence, or not at all.
    assert (turn["latency"]["llmMs"] > back["waitedMs"]) == (word <= 3)


async def test_an_answer_may_be_cut_off_twice(stage: Stage) -> None:
    stage.language_model.life.dies_at = [("word", 4), ("word", 7)]
    async with stage.engines(), stage.main() as main:
        await ask(main, "spoken to a file")

    assert_answered(main, REPLY)
    assert_waited(main, "llm", times=2)
    assert stage.voice.sentences == SENTENCES


async def test_a_question_that_kills_the_language_model_three_times_is_not_asked_again(stage: Stage) -> None:
    stage.language_model.life.dies_at = [("word", 0)] * 9
    async with stage.engines(), stage.main() as main:
        await ask(main, "spoken to a file")

    assert [failed["service"] for failed in main.of("turn-failed")] == ["llm"]
    assert (len(main.of("engine-lost")), len(stage.language_model.requests)) == (1, 3)


async def test_another_model_goes_on_and_repeats_no_sentence(stage: Stage) -> None:
    life = stage.language_model.life
    life.dies_at = [("word", 7)]
    stage.language_model.reply = lambda _request: REPLY if life.deaths == 0 else "Well. Two is here! And four."
    async with stage.engines(), stage.main() as main:
        await ask(main, "spoken to a file")

    assert_answered(main, "One is here. Two is here. Well. And four.")
    assert stage.voice.sentences == ["One is here.", "Two is here.", "Well.", "And four."]


async def test_half_a_sentence_of_the_lost_model_is_never_said(stage: Stage) -> None:
    life = stage.language_model.life
    life.dies_at = [("word", 2)]
    stage.language_model.reply = lambda _request: REPLY if life.deaths == 0 else "Quite otherwise."
    async with stage.engines(), stage.main() as main:
        await ask(main, "spoken to a file")

    assert_answered(main, "Quite otherwise.")


async def test_a_language_model_that_still_loads_is_waited_for(stage: Stage) -> None:
    stage.language_model.life.dies_at = [("word", 4)]
    stage.language_model.life.refuses = 3
    async with stage.engines(), stage.main() as main:
        await ask(main, "spoken to a file")

    assert_answered(main, REPLY)
    assert_waited(main, "llm")
    assert len(stage.language_model.requests) == 2


@pytest.mark.parametrize("way", ["spoken to a file", "typed"])
async def test_a_language_model_that_is_started_late_is_waited_for(stage: Stage, way: Way) -> None:
    async with stage.engines("stt", "tts"), stage.main(pace_of(way)) as main:
        asking = asyncio.create_task(ask(main, way))
        await main.until(lambda: main.of("engine-lost") != [])
        async with stage.engines("llm"):
            await asking

    assert_answered(main, REPLY)
    assert_waited(main, "llm")


async def test_a_language_model_that_dies_between_turns_costs_nothing(stage: Stage) -> None:
    async with stage.engines("stt", "tts"), stage.main() as main:
        for _ in range(2):
            async with stage.engines("llm"):
                await ask(main, "spoken to a file")

    assert [turn["reply"] for turn in main.of("turn")] == [REPLY, REPLY]
    assert main.of("engine-lost") == []


@pytest.mark.parametrize("word", [0, 4])
async def test_a_question_typed_meanwhile_ends_the_wait(stage: Stage, word: int) -> None:
    stage.language_model.life.dies_at = [("word", word)]
    stage.language_model.life.gone_s = 1.5
    async with stage.engines(), stage.main("realtime") as main:
        await main.ask("First?")
        await main.until(lambda: main.of("engine-lost") != [])
        await main.ask("Second?")
        await main.until(lambda: main.of("turn") != [])
        first_closed_while_gone = main.of("engine-back") == []
        await main.until(lambda: main.closed_turns() == 2)

    assert first_closed_while_gone
    first, second = main.of("turn")
    assert (first["transcript"], first["interrupted"]) == ("First?", True)
    assert (second["transcript"], second["reply"], second["interrupted"]) == ("Second?", REPLY, False)
    assert [(lost["turn"]) for lost in main.of("engine-lost")] == [1, 2]
    assert [(back["turn"]) for back in main.of("engine-back")] == [2]


async def test_speech_ends_the_wait(stage: Stage) -> None:
    stage.language_model.life.dies_at = [("word", 0)]
    stage.language_model.life.gone_s = 2.0
    async with stage.engines(), stage.main("realtime") as main, main.microphone():
        await main.ask("First?")
        await main.until(lambda: main.of("engine-lost") != [])
        await main.say_live(speech("question", 0.5))
        await main.until(lambda: main.closed_turns() == 2)

    first, second = main.of("turn")
    assert (first["interrupted"], first["reply"]) == (True, "")
    assert (second["asked"], second["reply"]) == ("spoken", REPLY)


async def test_nobody_waits_for_what_was_stopped(stage: Stage) -> None:
    stage.language_model.life.dies_at = [("word", 0)]
    stage.language_model.life.gone_s = None
    async with stage.engines(), stage.main("realtime") as main:
        await main.ask("First?")
        await main.until(lambda: main.of("engine-lost") != [])
        await main.request("stop-speaking")
        await main.until(lambda: main.closed_turns() == 1, limit_s=2)

    assert [turn["interrupted"] for turn in main.of("turn")] == [True]


@pytest.mark.parametrize("word", [0, 4])
async def test_a_language_model_that_is_given_up_fails_the_turn_at_once(stage: Stage, word: int) -> None:
    stage.language_model.life.dies_at = [("word", word)]
    stage.language_model.life.gone_s = None
    async with stage.engines(), stage.main() as main:
        await main.ask("First?")
        await main.until(lambda: main.of("engine-lost") != [])
        assert (await main.request("give-up", {"service": "llm"}))["type"] == "server-response"
        await main.until(lambda: main.closed_turns() == 1, limit_s=2)

    [failed] = main.of("turn-failed")
    assert (failed["turn"], failed["service"]) == (1, "llm")


async def test_giving_up_one_engine_leaves_the_wait_for_another(stage: Stage) -> None:
    stage.language_model.life.dies_at = [("word", 4)]
    async with stage.engines(), stage.main() as main:
        await main.ask(QUESTION)
        await main.until(lambda: main.of("engine-lost") != [])
        for service in ("stt", "tts"):
            await main.request("give-up", {"service": service})
        await main.until(lambda: main.closed_turns() == 1)

    assert_answered(main, REPLY)


@pytest.mark.parametrize("data", [None, {}, {"service": "turn"}])
async def test_what_is_no_engine_cannot_be_given_up(stage: Stage, data: dict[str, str] | None) -> None:
    async with stage.main() as main:
        assert (await main.request("give-up", data))["type"] == "error-response"
