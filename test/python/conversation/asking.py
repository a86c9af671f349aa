"""Ways to put a question, and what has to be true of every answer that an engine's death did not stop."""

from typing import Any, Literal

from conversation.stage import SYSTEM_PROMPT, Stage, speech
from fake_main import FakeMain, Message

Way = Literal["spoken to a file", "spoken", "typed"]
WAYS: list[Way] = ["spoken to a file", "spoken", "typed"]

QUESTION = "How are you?"


def pace_of(way: Way) -> str:
    """Return the pace main would choose."""
    return "lockstep" if way == "spoken to a file" else "realtime"


async def ask(main: FakeMain, way: Way) -> None:
    """Put the question and wait until its turn is over."""
    before = main.closed_turns()
    match way:
        case "spoken to a file":
            await main.say_all(speech("question"))
        case "spoken":
            async with main.microphone():
                await main.say_live(speech("question", 0.5))
                await main.until(lambda: main.closed_turns() > before)
        case "typed":
            await main.ask(QUESTION)
            await main.until(lambda: main.closed_turns() > before)


def assert_answered(main: FakeMain, reply: str) -> Message:
    """Check that there was one turn with the whole answer, told growing word by word, and return it."""
    assert [message["turn"] for message in main.of("turn-ended")] == [1]
    assert main.of("turn-failed") == []
    [turn] = main.of("turn")
    assert (turn["turn"], turn["reply"], turn["interrupted"]) == (1, reply, False)
    told = [message["text"] for message in main.of("spoken")]
    assert all(later.startswith(earlier) for earlier, later in zip(told, [*told[1:], reply], strict=True))
    return turn


def assert_waited(main: FakeMain, service: str, times: int = 1, turn: int | None = 1) -> list[Message]:
    """Check that an engine was lost and came back so often, and return what was told when it was back."""
    told = [message for message in main.told if message["type"] in {"engine-lost", "engine-back"}]
    assert [message["type"] for message in told] == ["engine-lost", "engine-back"] * times
    assert {(message["turn"], message["service"]) for message in told} == {(turn, service)}
    return main.of("engine-back")


async def remembered(stage: Stage, main: FakeMain) -> list[Any]:
    """Return what the language model is told of the conversation when it is asked something more."""
    closed = main.closed_turns()
    await main.ask("And?")
    await main.until(lambda: main.closed_turns() > closed)
    system, *messages, asked = [message["content"] for message in stage.language_model.requests[-1]["messages"]]
    assert (system, asked) == (SYSTEM_PROMPT, "And?")
    return messages
