"""Whole turns through the real process: what is heard, asked, spoken and told."""

import os
import sys
import time
from pathlib import Path

import pytest
from conversation.stage import CONTEXT_TOKENS, MAX_REPLY_TOKENS, STT_TOKEN, SYSTEM_PROMPT, Stage, speech
from fake_main import RATE_HZ, FakeMain
from fake_voice import hum

QUESTION = "What is the capital of France?"
STAGES = ("vadMs", "turnMs", "sttMs", "llmMs", "ttsMs")


async def test_a_random_word_of_the_language_model_is_spoken(stage: Stage) -> None:
    stage.recogniser.says(QUESTION)
    stage.language_model.says("Xylophone.")
    async with stage.engines(), stage.main() as main:
        await main.say_all(speech("question"))

    assert stage.voice.sentences == ["Xylophone."]
    assert main.audio.startswith(hum(0.02 * len("Xylophone.")))
    assert main.order() == ["heard", "speech-started", "heard", "pause", "turn-ended", "spoken", "turn", "heard"]
    assert main.of("turn-ended") == [
        {"type": "turn-ended", "turn": 1, "asked": "spoken", "transcript": QUESTION, "speechEndMs": 1_984}
    ]
    assert main.of("spoken") == [{"type": "spoken", "turn": 1, "text": "Xylophone."}]
    [turn] = main.of("turn")
    latency = turn.pop("latency")
    assert turn == {
        "type": "turn",
        "turn": 1,
        "asked": "spoken",
        "transcript": QUESTION,
        "reply": "Xylophone.",
        "interrupted": False,
        "speechEndMs": 1_984,
    }
    assert latency["vadMs"] == 192
    assert sum(latency[stage] for stage in STAGES) == pytest.approx(latency["voiceToVoiceMs"], abs=1)


async def test_every_stage_is_charged_what_it_took(stage: Stage) -> None:
    stage.recogniser.says(QUESTION)
    stage.recogniser.delay_s = 0.8
    stage.language_model.says("The first sentence. And a second one.")
    stage.language_model.word_s = 0.1
    stage.voice.delay_s = 0.3
    async with stage.engines(), stage.main() as main:
        await main.say_all(speech("question"))

    latency = main.of("turn")[0]["latency"]
    assert latency["turnMs"] + latency["sttMs"] == pytest.approx(800, abs=250)
    assert latency["llmMs"] == pytest.approx(300, abs=200)
    assert latency["ttsMs"] == pytest.approx(300, abs=200)


async def test_engines_get_what_they_need(stage: Stage) -> None:
    stage.recogniser.says(QUESTION)
    async with stage.engines(), stage.main() as main:
        await main.say_all(speech("question"))

    assert stage.recogniser.credentials == [STT_TOKEN]
    [utterance] = stage.recogniser.utterances
    assert utterance.markers == [1]
    # 0.7 s from before speech was noticed, up to the noticed pause.
    assert len(utterance.samples) / 24_000 == pytest.approx((2_176 - 768) / 1_000 + 0.7, abs=0.05)
    [asked] = stage.language_model.requests
    assert asked["messages"] == [{"role": "system", "content": SYSTEM_PROMPT}, {"role": "user", "content": QUESTION}]
    assert {name: asked[name] for name in ("model", "temperature", "max_tokens", "stream", "reasoning_effort")} == {
        "model": "fake",
        "temperature": 0,
        "max_tokens": MAX_REPLY_TOKENS,
        "stream": True,
        "reasoning_effort": "none",
    }
    assert stage.voice.requests == [{"input": "Sure.", "model": "hum", "voice": "any", "response_format": "pcm"}]


async def test_the_conversation_so_far_is_asked_in_order(stage: Stage) -> None:
    stage.recogniser.says("One?", "Two?", "Three?")
    stage.language_model.says("First. Of all.", "Second.", "Third.")
    async with stage.engines(), stage.main() as main:
        for _ in range(3):
            await main.say_all(speech("question"))

    assert [message["content"] for message in stage.language_model.requests[-1]["messages"]] == [
        SYSTEM_PROMPT,
        "One?",
        "First. Of all.",
        "Two?",
        "Second.",
        "Three?",
    ]
    assert [turn["turn"] for turn in main.of("turn")] == [1, 2, 3]
    # One connection serves them all; each turn begins anew on it.
    assert (len(stage.recogniser.connections), len(stage.recogniser.utterances)) == (1, 3)


async def test_an_over_long_question_is_told_whole_and_asked_from_its_end(stage: Stage) -> None:
    question = f"{'so ' * 2_000}what time is it?"
    stage.recogniser.says(question)
    async with stage.engines(), stage.main() as main:
        await main.say_all(speech("question"))

    assert main.of("turn")[0]["transcript"] == question
    asked = stage.language_model.requests[0]["messages"][-1]["content"]
    assert asked.endswith("so what time is it?")
    assert len(asked) / 3 < CONTEXT_TOKENS - MAX_REPLY_TOKENS


async def test_a_breath_in_the_middle_does_not_split_the_question(stage: Stage) -> None:
    whole = "Can you tell me what the capital of Italy is?"
    stage.recogniser.answer = lambda _utterance, marker: ("Can you tell me what the", whole)[min(marker, 1)]
    async with stage.engines(), stage.main() as main:
        await main.say_all(speech("unfinished", 1.0, "finish"))

    assert [turn["transcript"] for turn in main.of("turn")] == [whole]
    assert len(main.of("pause")) == 2
    assert main.of("words")[0] == {"type": "words", "text": "Can you tell me what the"}
    [utterance] = stage.recogniser.utterances
    assert utterance.markers == [1, 2]
    assert len(stage.language_model.requests) == 1


async def test_silence_ends_what_sounds_unfinished(stage: Stage) -> None:
    stage.recogniser.says("Can you tell me what the")
    async with stage.engines(), stage.main() as main:
        await main.say_all(speech("unfinished"))

    [turn] = main.of("turn")
    assert turn["transcript"] == "Can you tell me what the"
    assert turn["latency"]["turnMs"] == pytest.approx(2_800, abs=40)
    ended_ms = max(message["ms"] for message in main.of("heard"))
    assert ended_ms - turn["speechEndMs"] == pytest.approx(3_000, abs=100)


async def test_a_noise_without_words_is_no_turn(stage: Stage) -> None:
    stage.recogniser.says("", QUESTION)
    async with stage.engines(), stage.main() as main:
        await main.say_all(speech("question"))
        assert main.order() == ["heard", "speech-started", "heard", "pause", "nothing-heard", "heard"]
        assert stage.language_model.requests == []
        await main.say_all(speech("question"))

    assert [turn["turn"] for turn in main.of("turn")] == [1]


async def test_markdown_and_pictures_are_not_read_aloud(stage: Stage) -> None:
    stage.recogniser.says(QUESTION, QUESTION)
    stage.language_model.says("**Paris**, of _course_! 🎉 🎉\n\n- It is `big`.\n- 👍", "🎉")
    async with stage.engines(), stage.main() as main:
        await main.say_all(speech("question"))
        await main.say_all(speech("question"))

    assert stage.voice.sentences == ["Paris, of course!", "It is big."]
    first, second = main.of("turn")
    assert first["reply"] == "Paris, of course! It is big."
    assert (second["reply"], second["latency"]) == ("", None)


async def test_no_audio_is_asked_for_while_a_turn_is_answered(stage: Stage) -> None:
    stage.recogniser.says(QUESTION)
    stage.recogniser.delay_s = 0.2
    stage.language_model.first_word_s = 0.2
    stage.voice.delay_s = 0.2
    async with stage.engines(), stage.main() as main:
        await main.say_all(speech("question"))

    order = main.order()
    pause = order.index("pause")
    assert order[pause : pause + 5] == ["pause", "turn-ended", "spoken", "turn", "heard"]
    times_ms = [message["ms"] for message in main.of("heard")]
    assert times_ms == sorted(set(times_ms))


async def test_in_lockstep_the_reply_comes_as_fast_as_it_is_made(stage: Stage) -> None:
    stage.recogniser.says(QUESTION)
    stage.voice.character_s = 2.0
    async with stage.engines(), stage.main() as main:
        started_s = time.monotonic()
        await main.say_all(speech("question"))

    assert len(main.audio) / (2 * 24_000) > 10
    assert time.monotonic() - started_s < 5


async def test_live_the_reply_comes_as_fast_as_it_sounds(stage: Stage) -> None:
    stage.recogniser.says(QUESTION)
    stage.voice.character_s = 0.3
    async with stage.engines(), stage.main("realtime") as main, main.microphone():
        await main.say_live(speech("question", 0.4))
        await main.until(lambda: len(main.audio) > 0)
        started_s = time.monotonic()
        await main.until(lambda: main.closed_turns() == 1)

    assert time.monotonic() - started_s == pytest.approx(len("Sure.") * 0.3, abs=0.4)
    latency = main.of("turn")[0]["latency"]
    assert latency["vadMs"] == pytest.approx(200, abs=100)
    assert main.of("heard") == []


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_ten_minutes_of_silence_take_well_under_one_of_a_processor(stage: Stage) -> None:
    async with stage.engines(), stage.main() as main:
        before_s = _processor_s(stage)
        await main.say(bytes(600 * 2 * RATE_HZ))
        took_s = _processor_s(stage) - before_s

    assert main.order() == ["heard"]
    assert stage.recogniser.connections == []
    assert took_s < 30


async def test_a_new_connection_takes_over(stage: Stage) -> None:
    stage.recogniser.says(QUESTION)
    async with stage.engines(), stage.main() as first, stage.main() as second:
        await second.say_all(speech("question"))
        await first.connection.wait_closed()
        assert first.connection.close_code == 4_000
    assert _transcripts(second) == [QUESTION]


async def test_the_turn_detector_answers_on_its_own(stage: Stage) -> None:
    finished = stage.process.request("POST", "/v1/turn", speech("question", 0.2))
    unfinished = stage.process.request("POST", "/v1/turn", speech("unfinished", 0.2))
    refused = stage.process.request("POST", "/v1/turn", b"odd")
    assert finished.document["complete"] is True
    assert finished.document["probability"] > 0.9
    assert finished.document["ms"] > 0
    assert unfinished.document["complete"] is False
    assert (refused.status, refused.document["error"]["code"]) == (400, "bad-audio")


async def test_what_people_say_is_not_logged(stage: Stage) -> None:
    stage.recogniser.says("My secret is safe.")
    stage.language_model.says("It is a secret.")
    async with stage.engines(), stage.main() as main:
        await main.say_all(speech("question"))
    assert _transcripts(main) == ["My secret is safe."]
    assert "secret" not in stage.process.said()


def _processor_s(stage: Stage) -> float:
    fields = Path(f"/proc/{stage.process.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _transcripts(main: FakeMain) -> list[str]:
    return [turn["transcript"] for turn in main.of("turn")]
