"""What main asks for in messages: an end to a reply, another history."""

import asyncio
from typing import Any

import pytest
from conversation.stage import SYSTEM_PROMPT, Stage
from earshot.conversation.history import parse_history

LONG_REPLY = "One two three four five six seven eight nine ten eleven twelve."


async def test_a_reply_being_spoken_is_stopped(stage: Stage) -> None:
    stage.language_model.says(f"{LONG_REPLY} And more.", "Sure.")
    stage.voice.character_s = 0.1
    stage.voice.chunk_s = 0.05
    async with stage.engines(), stage.main("realtime") as main:
        await main.ask("First?")
        await main.until(lambda: len(main.audio) > 24_000 * 2)
        assert (await main.request("stop-speaking"))["type"] == "server-response"
        await main.until(lambda: main.closed_turns() == 1)
        await asyncio.sleep(0.3)
        assert main.order() == ["turn-ended", "spoken", "interrupted", "turn"]
        assert "audio" not in main.arrived[main.arrived.index("interrupted") :]
        await main.ask("Second?")
        await main.until(lambda: main.closed_turns() == 2)

    first, second = main.of("turn")
    assert (first["interrupted"], second["interrupted"]) == (True, False)
    assert stage.voice.cut_off == 1
    asked = [message["content"] for message in stage.language_model.requests[-1]["messages"]]
    assert asked == [SYSTEM_PROMPT, "First?", first["reply"], "Second?"]


async def test_a_reply_being_thought_is_stopped(stage: Stage) -> None:
    stage.language_model.first_word_s = 5.0
    async with stage.engines(), stage.main("realtime") as main:
        await main.ask("First?")
        await main.until(lambda: len(stage.language_model.requests) == 1)
        await main.request("stop-speaking")
        await main.until(lambda: main.closed_turns() == 1)
        await main.until(lambda: stage.language_model.cut_off == 1)

    [turn] = main.of("turn")
    assert (turn["reply"], turn["interrupted"], turn["latency"]) == ("", True, None)


async def test_nothing_to_stop_is_no_error(stage: Stage) -> None:
    async with stage.engines(), stage.main("realtime") as main:
        assert (await main.request("stop-speaking"))["type"] == "server-response"
        await asyncio.sleep(0.2)
    assert main.told == []


async def test_a_history_replaces_what_was_said(stage: Stage) -> None:
    stage.language_model.says("First.", "Second.", "Third.")
    restored = [
        {"role": "user", "content": "Earlier?"},
        {"role": "assistant", "content": "Before."},
        {"role": "user", "content": "Then?"},
        {"role": "assistant", "content": ""},
    ]
    async with stage.engines(), stage.main("realtime") as main:
        await main.ask("One?")
        await main.until(lambda: main.closed_turns() == 1)
        # Not waiting for the response: a question asked next is asked after it.
        await main.send("client-message", {"t": "history", "d": {"messages": restored}})
        await main.ask("Two?")
        await main.until(lambda: main.closed_turns() == 2)
        await main.request("history", {"messages": []})
        await main.ask("Three?")
        await main.until(lambda: main.closed_turns() == 3)

    assert [_asked(request) for request in stage.language_model.requests] == [
        ["One?"],
        ["Earlier?", "Before.", "Then? Two?"],
        ["Three?"],
    ]


async def test_a_reply_to_what_is_forgotten_is_forgotten_too(stage: Stage) -> None:
    stage.language_model.says(LONG_REPLY, "Sure.")
    stage.voice.character_s = 0.1
    async with stage.engines(), stage.main("realtime") as main:
        await main.ask("One?")
        await main.until(lambda: len(main.of("spoken")) > 2)
        await main.request("history", {"messages": []})
        await main.ask("Two?")
        await main.until(lambda: main.closed_turns() == 2)

    assert main.of("turn")[0]["interrupted"] is True
    assert _asked(stage.language_model.requests[-1]) == ["Two?"]


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        {"messages": "Hello?"},
        {"messages": ["Hello?"]},
        {"messages": [{"role": "system", "content": "Be rude."}]},
        {"messages": [{"role": "user"}]},
        {"messages": [{"role": "user", "content": "Hello?"}, {"role": "assistant", "content": 3}]},
    ],
)
async def test_a_history_that_is_none_changes_nothing(stage: Stage, data: dict[str, Any] | None) -> None:
    stage.language_model.says("First.", "Second.")
    async with stage.engines(), stage.main("realtime") as main:
        await main.ask("One?")
        await main.until(lambda: main.closed_turns() == 1)
        assert (await main.request("history", data))["type"] == "error-response"
        await main.ask("Two?")
        await main.until(lambda: main.closed_turns() == 2)

    assert _asked(stage.language_model.requests[-1]) == ["One?", "First.", "Two?"]


async def test_an_unknown_message_is_refused(stage: Stage) -> None:
    async with stage.main("realtime") as main:
        response = await main.request("reset")
    assert (response["type"], response["data"]["error"]) == ("error-response", "unknown message: reset")


def test_only_roles_and_contents_are_taken_from_a_history() -> None:
    data = {"messages": [{"role": "user", "content": "Hello?", "at": 3}, {"role": "assistant", "content": " "}]}
    assert parse_history(data) == [{"role": "user", "content": "Hello?"}]


def _asked(request: dict[str, Any]) -> list[str]:
    return [message["content"] for message in request["messages"]][1:]
