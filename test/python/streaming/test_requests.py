"""What comes over a session's WebSocket, as events."""

from collections.abc import MutableMapping
from typing import Any

import msgpack
import numpy as np
import pytest
from earshot.streaming.requests import Asked, Began, Closed, Garbled, read_request


def test_what_the_protocol_knows() -> None:
    assert read_request(_received({"type": "Init"})) == Began()
    assert read_request(_received({"type": "Marker", "id": 7})) == Asked(7)
    assert read_request({"type": "websocket.disconnect", "code": 1001}) == Closed()


def test_audio_is_left_as_it_is() -> None:
    audio = read_request(_received({"type": "Audio", "pcm": [0.5, -0.5]}))
    assert isinstance(audio, np.ndarray)
    assert audio.tolist() == [0.5, -0.5]


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ({"type": "websocket.receive", "text": "hello"}, "this was text"),
        ({"type": "websocket.receive", "bytes": b"\xc1"}, "not msgpack"),
        ({"type": "websocket.receive", "bytes": msgpack.packb({"type": "Shout"})}, "Shout"),
    ],
)
def test_anything_else_is_garbled_with_the_reason(message: MutableMapping[str, Any], reason: str) -> None:
    request = read_request(message)
    assert isinstance(request, Garbled)
    assert reason in request.message


def _received(content: dict[str, object]) -> MutableMapping[str, Any]:
    return {"type": "websocket.receive", "bytes": msgpack.packb(content)}
