"""moshi-server's messages, as they come and as they should not."""

import msgpack
import pytest
from earshot.conversation.recogniser_messages import (
    BadMessage,
    Failure,
    MarkerBack,
    Other,
    Ready,
    Said,
    Step,
    Word,
    parse,
)


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ({"type": "Ready"}, Ready()),
        ({"type": "Word", "text": "well", "start_time": 0.5}, Word("well", 0.5)),
        ({"type": "Word", "text": "well", "start_time": 0}, Word("well", 0.0)),
        ({"type": "EndWord", "stop_time": 0.5}, Other()),
        ({"type": "Step", "step_idx": 3, "prs": [0.1, 0.2, 0.75, 0.4], "buffered_pcm": 0}, Step(0.75)),
        ({"type": "Step", "step_idx": 3, "prs": [0.1, 0.2]}, Step(None)),
        ({"type": "Step", "step_idx": 3, "prs": [0.1, 0.2, "high"]}, Step(None)),
        ({"type": "Marker", "id": 7}, MarkerBack(7)),
        ({"type": "Error", "message": "no free channels"}, Failure("no free channels")),
        ({"type": "Later"}, Other()),
    ],
)
def test_what_is_said_is_read(message: dict[str, object], said: Said) -> None:
    assert parse(msgpack.packb(message)) == said


@pytest.mark.parametrize(
    "message",
    [
        {"type": "Word", "text": "well"},
        {"type": "Word", "text": None, "start_time": 0.5},
        {"type": "Marker"},
        {"type": "Step"},
        {"type": "Error"},
        {"type": 3},
        {"kind": "Word"},
        ["Ready"],
        7,
    ],
)
def test_what_cannot_be_understood_is_refused(message: object) -> None:
    with pytest.raises(BadMessage):
        parse(msgpack.packb(message))


@pytest.mark.parametrize("message", ["Ready", b"", b"\xc1", b"\x81\xa4type"])
def test_what_is_not_msgpack_is_refused(message: str | bytes) -> None:
    with pytest.raises(BadMessage):
        parse(message)
