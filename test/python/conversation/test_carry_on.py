"""A conversation whose own process was lost in an answer: another one goes on with the first words not heard yet."""

import asyncio
from typing import Any

import pytest
from conversation.stage import SYSTEM_PROMPT, Stage
from fake_main import FakeMain, Message

QUESTION = "What is the capital of France?"
SENTENCES = ["The capital of France is Paris.", "It lies on the Seine.", "Do see the tower!"]
REPLY = " ".join(SENTENCES)
BEFORE = [{"role": "user", "content": "Hello?"}, {"role": "assistant", "content": "Hi."}]


@pytest.mark.parametrize(
    ("pace", "spoken", "said"),
    [
        ("lockstep", "", SENTENCES),
        ("lockstep", "The capital of France is Paris.", SENTENCES[1:]),
        ("lockstep", "The capital of France is Paris. It lies on the Seine.", SENTENCES[2:]),
        ("lockstep", "The capital of", ["France is Paris.", *SENTENCES[1:]]),
        ("lockstep", "The capital of France is Paris. It lies", ["on the Seine.", SENTENCES[2]]),
        ("lockstep", REPLY, []),
        ("realtime", "", SENTENCES),
        ("realtime", "The capital of France is Paris. It lies", ["on the Seine.", SENTENCES[2]]),
    ],
)
async def test_what_was_heard_is_not_said_again(stage: Stage, pace: str, spoken: str, said: list[str]) -> None:
    stage.language_model.says(REPLY, "Fine.")
    async with stage.engines("llm", "tts"), stage.main(pace) as main:
        await main.request("history", {"messages": BEFORE})
        turn = await _carried_on(main, spoken)
        assert stage.voice.sentences == said
        await main.ask("And?")
        await main.until(lambda: main.closed_turns() == 2)

    assert main.of("turn-ended")[0] == {
        "type": "turn-ended",
        "turn": 1,
        "asked": "spoken",
        "transcript": QUESTION,
        "speechEndMs": 0,
    }
    assert (turn["asked"], turn["reply"], turn["interrupted"]) == ("spoken", REPLY, False)
    assert (turn["latency"] is None) == (said == [])
    assert _asked(stage, 0) == ["Hello?", "Hi.", QUESTION]
    assert _asked(stage, 1) == ["Hello?", "Hi.", QUESTION, REPLY, "And?"]
    assert main.of("spoken")[0]["text"].startswith(spoken)


async def test_another_model_goes_on_with_what_is_new(stage: Stage) -> None:
    stage.language_model.says("It is Paris. It lies on the Seine. Have a look!")
    async with stage.engines("llm", "tts"), stage.main() as main:
        turn = await _carried_on(main, "The capital of France is Paris. It lies on the Seine. Do see")

    assert stage.voice.sentences == ["It is Paris.", "Have a look!"]
    assert turn["reply"] == ("The capital of France is Paris. It lies on the Seine. Do see It is Paris. Have a look!")


async def test_it_is_carried_on_through_the_death_of_the_language_model(stage: Stage) -> None:
    stage.language_model.reply = lambda _request: REPLY
    stage.language_model.life.dies_at = [("word", 12)]
    async with stage.engines("llm", "tts"), stage.main() as main:
        turn = await _carried_on(main, "The capital of")

    assert turn["reply"] == REPLY
    assert stage.voice.sentences == ["France is Paris.", *SENTENCES[1:]]
    assert [message["service"] for message in main.of("engine-back")] == ["llm"]


@pytest.mark.parametrize("first_word_s", [0.0, 60.0])
async def test_what_was_heard_is_remembered_when_the_rest_is_not_wanted(stage: Stage, first_word_s: float) -> None:
    stage.language_model.says(REPLY, "Fine.")
    stage.language_model.first_word_s = first_word_s
    stage.voice.delay_s = 60.0
    async with stage.engines("llm", "tts"), stage.main("realtime") as main:
        await main.send("client-message", _message("The capital of France"))
        await main.until(lambda: len(stage.language_model.requests) == 1 and main.of("spoken") != [])
        await asyncio.sleep(0.2)
        stage.language_model.first_word_s = stage.voice.delay_s = 0.0
        await main.ask("And?")
        await main.until(lambda: main.closed_turns() == 2)

    first, second = main.of("turn")
    assert (first["interrupted"], first["reply"]) == (True, "The capital of France")
    assert second["reply"] == "Fine."
    assert _asked(stage, 1) == [QUESTION, "The capital of France", "And?"]


async def test_a_typed_question_is_carried_on_as_one(stage: Stage) -> None:
    stage.language_model.says(REPLY)
    async with stage.engines("llm", "tts"), stage.main() as main:
        turn = await _carried_on(main, "The capital of", "typed")

    assert (turn["asked"], turn["reply"]) == ("typed", REPLY)


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        {"question": " ", "asked": "typed", "spoken": ""},
        {"question": "Hello?", "asked": "sung", "spoken": ""},
        {"question": "Hello?", "asked": "typed"},
        {"question": "Hello?", "asked": "typed", "spoken": 3},
    ],
)
async def test_what_is_no_question_is_refused(stage: Stage, data: dict[str, Any] | None) -> None:
    async with stage.engines("llm", "tts"), stage.main() as main:
        assert (await main.request("carry-on", data))["type"] == "error-response"
        await asyncio.sleep(0.1)
    assert main.told == []


async def _carried_on(main: FakeMain, spoken: str, asked: str = "spoken") -> Message:
    await main.send("client-message", _message(spoken, asked))
    await main.until(lambda: main.closed_turns() == 1)
    return main.of("turn")[0]


def _message(spoken: str, asked: str = "spoken") -> Message:
    return {"t": "carry-on", "d": {"question": QUESTION, "asked": asked, "spoken": spoken}}


def _asked(stage: Stage, request: int) -> list[str]:
    system, *messages = [message["content"] for message in stage.language_model.requests[request]["messages"]]
    assert system == SYSTEM_PROMPT
    return messages
