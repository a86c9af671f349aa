"""Connections that are replaced, and what shows that the models still work."""

import asyncio

import pytest
from conversation.stage import Stage, speech
from earshot.conversation.service import hang_up
from fake_main import RATE_HZ
from starlette.types import Message
from starlette.websockets import WebSocket


@pytest.mark.parametrize("fault", [None, RuntimeError("after sending 'websocket.close'"), OSError("gone")])
async def test_a_connection_is_hung_up_on_in_every_state(fault: Exception | None) -> None:
    sent: list[str] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message["type"])
        if message["type"] == "websocket.close" and fault is not None:
            raise fault

    websocket = WebSocket({"type": "websocket"}, receive, send)
    await websocket.accept()
    await hang_up(websocket)
    await hang_up(websocket)
    assert sent == ["websocket.accept", "websocket.close"]


async def test_a_check_has_both_models_judge_while_somebody_speaks(stage: Stage) -> None:
    stage.recogniser.says("Hello?")
    async with stage.engines(), stage.main() as main:
        await main.say(speech("question")[: 2 * RATE_HZ])
        for _ in range(3):
            answer = await asyncio.to_thread(stage.process.request, "POST", "/check")
            assert (answer.status, list(answer.document)) == (200, ["ms"])
        await main.say_all(speech("question")[2 * RATE_HZ :])

    assert [turn["transcript"] for turn in main.of("turn")] == ["Hello?"]
