"""Connections that are replaced."""

import pytest
from earshot.conversation.service import hang_up
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
