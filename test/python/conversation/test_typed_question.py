"""Questions in writing: turns like spoken ones, whatever is being said, heard or answered when they come."""

import asyncio
import itertools
from typing import Any

import pytest
from conversation.stage import SYSTEM_PROMPT, Stage, speech
from fake_main import FakeMain

LONG_REPLY = "One two three four five six seven eight nine ten eleven twelve."


async def test_a_typed_question_is_answered_aloud(stage: Stage) -> None:
    stage.language_model.says("Noon, of course.")
    async with stage.engines("llm", "tts"), stage.main("realtime") as main:
        await main.ask(" What time is it? ")
        await main.until(lambda: main.closed_turns() == 1)

    assert stage.voice.sentences == ["Noon, of course."]
    assert len(main.audio) > 0
    assert main.order() == ["turn-ended", "spoken", "turn"]
    assert main.of("turn-ended") == [
        {"type": "turn-ended", "turn": 1, "asked": "typed", "transcript": "What time is it?", "speechEndMs": 0}
    ]
    [turn] = main.of("turn")
    assert (turn["asked"], turn["transcript"], turn["reply"]) == ("typed", "What time is it?", "Noon, of course.")
    assert (turn["interrupted"], turn["speechEndMs"]) == (False, 0)
    latency = turn["latency"]
    assert [latency[name] for name in ("vadMs", "turnMs", "sttMs")] == [0, 0, 0]
    assert latency["voiceToVoiceMs"] == pytest.approx(latency["llmMs"] + latency["ttsMs"], abs=0.2)


async def test_typed_and_spoken_questions_share_a_history(stage: Stage) -> None:
    stage.recogniser.says("Two?")
    stage.language_model.says("First.", "Second.", "Third.")
    async with stage.engines(), stage.main() as main:
        await _answered(main, "One?", 1)
        await main.say_all(speech("question"))
        await _answered(main, "Three?", 3)

    assert _asked(stage) == ["One?", "First.", "Two?", "Second.", "Three?"]
    assert [turn["asked"] for turn in main.of("turn")] == ["typed", "spoken", "typed"]


async def test_a_typed_question_ends_the_reply_before_it(stage: Stage) -> None:
    stage.language_model.says(f"{LONG_REPLY} And more.", "Sure.")
    stage.voice.character_s = 0.1
    stage.voice.chunk_s = 0.05
    async with stage.engines(), stage.main("realtime") as main:
        await main.ask("First?")
        await main.until(lambda: len(main.audio) > 24_000 * 2)
        await _answered(main, "Second?", 2)

    assert main.order() == ["turn-ended", "spoken", "interrupted", "turn", "turn-ended", "spoken", "turn"]
    first, second = main.of("turn")
    assert (first["interrupted"], second["interrupted"]) == (True, False)
    assert first["reply"] == [message["text"] for message in main.of("spoken") if message["turn"] == 1][-1]
    assert _asked(stage) == ["First?", first["reply"], "Second?"]
    silent = main.arrived.index("interrupted")
    assert "audio" not in main.arrived[silent : main.arrived.index("turn-ended", silent)]
    assert stage.voice.cut_off == 1


async def test_the_words_of_a_reply_are_told_as_they_are_spoken(stage: Stage) -> None:
    stage.language_model.says(f"{LONG_REPLY} And more.")
    stage.voice.character_s = 0.05
    async with stage.engines(), stage.main("realtime") as main:
        await _answered(main, "Count!", 1)

    texts = [message["text"] for message in main.of("spoken")]
    assert len(texts) > 5
    assert texts[-1] == f"{LONG_REPLY} And more."
    assert all(later.startswith(earlier) for earlier, later in itertools.pairwise(texts))
    # Each follows audio of its own, but for the last words of a sentence, which its end settles.
    assert main.arrived.index("spoken") > main.arrived.index("audio")


async def test_questions_typed_at_once_are_all_turns_and_only_the_last_is_answered(stage: Stage) -> None:
    stage.language_model.reply = lambda request: str(request["messages"][-1]["content"])
    stage.language_model.first_word_s = 0.3
    async with stage.engines(), stage.main("realtime") as main:
        for question in ("One?", "Two?", "Three?"):
            await main.ask(question)
        await main.until(lambda: main.closed_turns() == 3)

    assert main.order() == [*["turn-ended", "interrupted", "turn"] * 2, "turn-ended", "spoken", "turn"]
    assert [turn["transcript"] for turn in main.of("turn")] == ["One?", "Two?", "Three?"]
    assert [turn["interrupted"] for turn in main.of("turn")] == [True, True, False]
    assert _asked(stage) == ["One? Two? Three?"]


async def test_a_typed_question_drops_what_is_being_said(stage: Stage) -> None:
    stage.recogniser.says("Spoken?")
    async with stage.engines(), stage.main() as main:
        await main.say(speech("question")[: 2 * 16_000 * 3 // 2])
        await _answered(main, "Typed?", 1)
        assert main.order()[1:] == ["speech-started", "heard", "nothing-heard", "turn-ended", "spoken", "turn"]
        await main.say(speech("question")[2 * 16_000 * 3 // 2 :] + bytes(2 * 16_000 * 4))
        await main.say_all(speech("question"))

    assert [turn["transcript"] for turn in main.of("turn")] == ["Typed?", "Spoken?"]
    assert _asked(stage) == ["Typed?", "Sure.", "Spoken?"]


async def test_speech_ends_the_reply_to_a_typed_question(stage: Stage) -> None:
    stage.recogniser.says("Second?")
    stage.language_model.says(LONG_REPLY, "Sure.")
    stage.voice.character_s = 0.1
    async with stage.engines(), stage.main("realtime") as main, main.microphone():
        await main.ask("First?")
        await main.until(lambda: len(main.audio) > 0)
        await main.say_live(speech("question", 0.5))
        await main.until(lambda: main.closed_turns() == 2)

    assert [(turn["asked"], turn["interrupted"]) for turn in main.of("turn")] == [("typed", True), ("spoken", False)]
    assert len(main.of("interrupted")) == 1


@pytest.mark.parametrize(
    "data",
    [
        {"content": ""},
        {"content": " \n"},
        {"content": "Hello?", "options": {"run_immediately": False}},
        {"content": "Hello?", "options": {"audio_response": False}},
        {"text": "Hello?"},
    ],
)
async def test_what_is_no_question_is_refused_and_nothing_else(stage: Stage, data: dict[str, Any]) -> None:
    async with stage.engines(), stage.main() as main:
        await main.send("send-text", data)
        await main.until(lambda: "error-response" in main.stock_types())
        await asyncio.sleep(0.2)

    assert main.told == []
    assert stage.language_model.requests == []


async def _answered(main: FakeMain, question: str, turns: int) -> None:
    await main.ask(question)
    await main.until(lambda: main.closed_turns() == turns)


def _asked(stage: Stage) -> list[str]:
    system, *messages = [message["content"] for message in stage.language_model.requests[-1]["messages"]]
    assert system == SYSTEM_PROMPT
    return messages
