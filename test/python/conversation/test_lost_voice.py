"""A voice that dies in a sentence: it goes on with the first moment that was not heard."""

import asyncio

import pytest
from conversation.asking import QUESTION, Way, ask, assert_answered, assert_waited, pace_of, remembered
from conversation.stage import Stage
from fake_voice import hum

SENTENCES = ["One sentence is here.", "Another one is there.", "The third one ends it."]
REPLY = " ".join(SENTENCES)
CHARACTER_S = 0.02
SOUND = [hum(CHARACTER_S * len(sentence)) for sentence in SENTENCES]
ALL_OF_IT = len(SOUND[0])


@pytest.fixture(autouse=True)
def _question(stage: Stage) -> None:
    stage.recogniser.answer = lambda _utterance, _marker: QUESTION
    stage.language_model.reply = lambda _request: REPLY
    stage.voice.character_s = CHARACTER_S


@pytest.mark.parametrize(
    ("way", "bytes_"),
    [
        *(("spoken to a file", bytes_) for bytes_ in (0, 2_000, 9_601, 12_000, ALL_OF_IT)),
        ("spoken", 9_600),
        ("typed", 0),
    ],
)
async def test_a_sentence_goes_on_where_it_was_cut_off(stage: Stage, way: Way, bytes_: int) -> None:
    stage.voice.life.dies_at = [("bytes", bytes_)]
    async with stage.engines(), stage.main(pace_of(way)) as main:
        await ask(main, way)
        turn = assert_answered(main, REPLY)
        [back] = assert_waited(main, "tts")
        assert bytes(main.audio).rstrip(b"\0") == b"".join(SOUND).rstrip(b"\0")
        assert stage.voice.sentences == [SENTENCES[0], *SENTENCES]
        assert await remembered(stage, main) == [QUESTION, REPLY]

    # The first of it is silence; the wait counts when it came before anything that can be heard.
    assert (turn["latency"]["ttsMs"] > back["waitedMs"]) == (bytes_ <= 2_400)


@pytest.mark.parametrize("sentence", [0, 1, 2])
async def test_a_voice_may_die_in_any_sentence(stage: Stage, sentence: int) -> None:
    stage.voice.life.dies_at = [("request", sentence)]
    async with stage.engines(), stage.main() as main:
        await ask(main, "spoken to a file")

    assert_answered(main, REPLY)
    assert_waited(main, "tts")
    assert bytes(main.audio).rstrip(b"\0") == b"".join(SOUND).rstrip(b"\0")


async def test_a_voice_may_die_twice_in_a_turn_and_in_a_sentence(stage: Stage) -> None:
    stage.voice.life.dies_at = [("bytes", 6_000), ("bytes", 4_800)]
    async with stage.engines(), stage.main() as main:
        await ask(main, "spoken to a file")

    assert_answered(main, REPLY)
    assert_waited(main, "tts", times=2)
    assert bytes(main.audio).rstrip(b"\0") == b"".join(SOUND).rstrip(b"\0")
    assert stage.voice.sentences == [SENTENCES[0], SENTENCES[0], *SENTENCES]


async def test_a_sentence_that_kills_the_voice_three_times_is_not_asked_again(stage: Stage) -> None:
    stage.voice.life.dies_at = [("bytes", 0)] * 9
    async with stage.engines(), stage.main() as main:
        await ask(main, "spoken to a file")

    assert [failed["service"] for failed in main.of("turn-failed")] == ["tts"]
    assert stage.voice.sentences == [SENTENCES[0]] * 3


async def test_of_a_shorter_sound_nothing_is_heard_twice(stage: Stage) -> None:
    stage.voice.life.dies_at = [("bytes", 14_400)]
    async with stage.engines(), stage.main() as main:
        asking = asyncio.create_task(ask(main, "spoken to a file"))
        await main.until(lambda: stage.voice.life.deaths == 1)
        stage.voice.character_s = 0.005
        await asking

    assert_answered(main, REPLY)
    shorter = b"".join(hum(0.005 * len(sentence)) for sentence in SENTENCES[1:])
    assert bytes(main.audio).rstrip(b"\0") == (SOUND[0][:14_400] + shorter).rstrip(b"\0")


async def test_the_language_model_goes_on_while_the_voice_is_waited_for(stage: Stage) -> None:
    stage.language_model.word_s = 0.05
    stage.voice.life.dies_at = [("request", 0)]
    stage.voice.life.gone_s = 1.0
    async with stage.engines(), stage.main() as main:
        await ask(main, "spoken to a file")

    assert_answered(main, REPLY)
    assert (len(stage.language_model.requests), stage.language_model.cut_off) == (1, 0)


async def test_voice_and_language_model_may_both_die(stage: Stage) -> None:
    stage.language_model.life.dies_at = [("word", 5)]
    stage.voice.life.dies_at = [("bytes", 6_000)]
    async with stage.engines(), stage.main() as main:
        await ask(main, "spoken to a file")

    assert_answered(main, REPLY)
    assert sorted(lost["service"] for lost in main.of("engine-lost")) == ["llm", "tts"]
    assert sorted(back["service"] for back in main.of("engine-back")) == ["llm", "tts"]
    assert bytes(main.audio).rstrip(b"\0") == b"".join(SOUND).rstrip(b"\0")


@pytest.mark.parametrize("way", ["spoken to a file", "typed"])
async def test_a_voice_that_still_loads_is_waited_for(stage: Stage, way: Way) -> None:
    stage.voice.life.dies_at = [("bytes", 6_000)]
    stage.voice.life.refuses = 3
    async with stage.engines(), stage.main(pace_of(way)) as main:
        await ask(main, way)

    assert_answered(main, REPLY)
    assert_waited(main, "tts")


async def test_a_voice_that_is_started_late_is_waited_for(stage: Stage) -> None:
    async with stage.engines("stt", "llm"), stage.main() as main:
        asking = asyncio.create_task(ask(main, "spoken to a file"))
        await main.until(lambda: main.of("engine-lost") != [])
        async with stage.engines("tts"):
            await asking

    assert_answered(main, REPLY)
    assert_waited(main, "tts")


async def test_a_question_typed_meanwhile_ends_the_wait(stage: Stage) -> None:
    stage.voice.life.dies_at = [("bytes", 9_600)]
    stage.voice.life.gone_s = 1.5
    async with stage.engines(), stage.main("realtime") as main:
        await main.ask("First?")
        await main.until(lambda: main.of("engine-lost") != [])
        await main.ask("Second?")
        await main.until(lambda: main.of("turn") != [])
        first_closed_while_gone = main.of("engine-back") == []
        await main.until(lambda: main.closed_turns() == 2)

    assert first_closed_while_gone
    first, second = main.of("turn")
    assert (first["interrupted"], second["interrupted"], second["reply"]) == (True, False, REPLY)
    assert SENTENCES[0].startswith(first["reply"])
    [_, *messages] = [message["content"] for message in stage.language_model.requests[-1]["messages"]]
    assert messages == (["First?", first["reply"], "Second?"] if first["reply"] else ["First? Second?"])


async def test_nobody_waits_for_what_was_stopped(stage: Stage) -> None:
    stage.voice.life.dies_at = [("bytes", 9_600)]
    stage.voice.life.gone_s = None
    async with stage.engines(), stage.main("realtime") as main:
        await main.ask("First?")
        await main.until(lambda: main.of("engine-lost") != [])
        await main.request("stop-speaking")
        await main.until(lambda: main.closed_turns() == 1, limit_s=2)

    assert [turn["interrupted"] for turn in main.of("turn")] == [True]


@pytest.mark.parametrize("bytes_", [0, 9_600])
async def test_a_voice_that_is_given_up_fails_the_turn_at_once(stage: Stage, bytes_: int) -> None:
    stage.voice.life.dies_at = [("bytes", bytes_)]
    stage.voice.life.gone_s = None
    async with stage.engines(), stage.main() as main:
        await main.ask("First?")
        await main.until(lambda: main.of("engine-lost") != [])
        await main.request("give-up", {"service": "tts"})
        await main.until(lambda: main.closed_turns() == 1, limit_s=2)

    [failed] = main.of("turn-failed")
    assert (failed["turn"], failed["service"]) == (1, "tts")
