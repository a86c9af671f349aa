"""A person may always speak: whatever is being said, synthesised or thought stops."""

import asyncio
import time

from conversation.stage import SYSTEM_PROMPT, Stage, speech

LONG_REPLY = "One two three four five six seven eight nine ten eleven twelve."


async def test_speech_stops_the_voice_and_what_was_not_spoken_is_forgotten(stage: Stage) -> None:
    stage.recogniser.says("First?", "Second?")
    stage.language_model.says(f"{LONG_REPLY} Then another sentence. And one more.", "Sure.")
    stage.voice.character_s = 0.1
    stage.voice.chunk_s = 0.05
    async with stage.engines(), stage.main("realtime") as main, main.microphone():
        await main.say_live(speech("question", 0.5))
        await main.until(lambda: len(main.audio) > 24_000 * 2)
        started_s = time.monotonic()
        await main.say_live(speech("question", 0.5))
        await main.until(lambda: main.closed_turns() == 2)

    assert len(main.of("interrupted")) == 1
    silent = main.arrived.index("interrupted")
    assert "audio" not in main.arrived[silent : main.arrived.index("turn-ended", silent)]
    first, second = main.of("turn")
    assert (first["interrupted"], second["interrupted"]) == (True, False)
    assert LONG_REPLY.startswith(first["reply"])
    assert first["reply"].startswith(main.of("spoken")[0]["text"])
    assert 1 <= len(first["reply"].split()) <= 10
    assert stage.voice.cut_off == 1
    [asked] = [request["messages"] for request in stage.language_model.requests[1:]]
    assert [message["content"] for message in asked] == [SYSTEM_PROMPT, "First?", first["reply"], "Second?"]
    assert time.monotonic() - started_s < 10


async def test_speech_stops_the_thinking_and_both_halves_are_asked_together(stage: Stage) -> None:
    stage.recogniser.says("Can you tell me", "the time?")
    stage.language_model.first_word_s = 3.0
    async with stage.engines(), stage.main("realtime") as main, main.microphone():
        await main.say_live(speech("question", 0.5))
        await main.until(lambda: len(stage.language_model.requests) == 1)
        stage.language_model.first_word_s = 0.0
        await main.say_live(speech("question", 0.5))
        await main.until(lambda: main.closed_turns() == 2)

    first, second = main.of("turn")
    assert (first["reply"], first["interrupted"], first["latency"]) == ("", True, None)
    assert (second["reply"], second["interrupted"]) == ("Sure.", False)
    assert stage.language_model.cut_off == 1
    assert stage.language_model.requests[1]["messages"][1:] == [
        {"role": "user", "content": "Can you tell me the time?"}
    ]


async def test_the_voice_is_silent_soon_after_speech_begins(stage: Stage) -> None:
    stage.recogniser.says("First?", "Second?")
    stage.language_model.says(LONG_REPLY, "Sure.")
    stage.voice.character_s = 0.1
    async with stage.engines(), stage.main("realtime") as main, main.microphone():
        await main.say_live(speech("question", 0.5))
        await main.until(lambda: len(main.audio) > 0)
        speaking = asyncio.create_task(main.say_live(speech("question", 0.5)))
        noticed = len(main.of("speech-started"))
        await main.until(lambda: len(main.of("speech-started")) > noticed)
        noticed_s = time.monotonic()
        await main.until(lambda: main.of("interrupted") != [])
        silent_s = time.monotonic()
        await speaking

    # Speech itself is noticed after 200 ms; all that follows has to be quick.
    assert silent_s - noticed_s < 0.1
