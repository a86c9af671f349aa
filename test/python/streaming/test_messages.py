"""moshi-server's protocol, as real clients and broken ones speak it."""

import msgpack
import numpy as np
import pytest
from earshot.streaming.messages import Audio, BadMessage, Init, Marker, error, marker, parse, ready, step, words
from earshot.streaming.word import Word


def test_init_and_marker() -> None:
    assert parse(_pack({"type": "Init"})) == Init()
    assert parse(_pack({"type": "Marker", "id": -5})) == Marker(-5)


@pytest.mark.parametrize("single", [True, False])
def test_audio_comes_as_a_list_of_floats(single: bool) -> None:
    message = msgpack.packb({"type": "Audio", "pcm": [0.0, 0.5, -1.0]}, use_single_float=single)
    assert _samples(message) == [0.0, 0.5, -1.0]


def test_audio_comes_as_bytes_too() -> None:
    message = _pack({"type": "Audio", "pcm": np.array([0.25, -0.25], "<f4").tobytes()})
    assert _samples(message) == [0.25, -0.25]


def test_audio_is_made_bearable() -> None:
    assert _samples(_pack({"type": "Audio", "pcm": [float("nan"), 9.0, float("-inf")]})) == [0.0, 1.0, -1.0]
    assert _samples(_pack({"type": "Audio", "pcm": []})) == []


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (b"", "not msgpack"),
        (b"\xc1", "not msgpack"),
        (b"\x81\xa4type", "not msgpack"),
        (msgpack.packb([1, 2]), "not a map"),
        (msgpack.packb({"kind": "Init"}), "not a map with"),
        (msgpack.packb({"type": 3}), "not a map with"),
        (msgpack.packb({"type": "OggOpus", "data": b""}), "OggOpus"),
        (msgpack.packb({"type": "Marker"}), "Marker"),
        (msgpack.packb({"type": "Marker", "id": "one"}), "Marker"),
        (msgpack.packb({"type": "Audio"}), "Audio"),
        (msgpack.packb({"type": "Audio", "pcm": "loud"}), "Audio"),
        (msgpack.packb({"type": "Audio", "pcm": ["a", "b"]}), "not a list of numbers"),
        (msgpack.packb({"type": "Audio", "pcm": [[0.1], [0.2]]}), "not a flat list"),
        (msgpack.packb({"type": "Audio", "pcm": [[0.1], 0.2]}), "not a list of numbers"),
        (msgpack.packb({"type": "Audio", "pcm": b"\0\0\0"}), "32-bit floats"),
    ],
)
def test_anything_else_is_refused_with_the_reason(message: bytes, reason: str) -> None:
    with pytest.raises(BadMessage, match=reason):
        parse(message)


def test_what_is_sent() -> None:
    assert [msgpack.unpackb(message) for message in (ready(), marker(3), error("Too much."))] == [
        {"type": "Ready"},
        {"type": "Marker", "id": 3},
        {"type": "Error", "message": "Too much."},
    ]
    assert [msgpack.unpackb(message) for message in words((Word("Hi", 0.5, 0.75),))] == [
        {"type": "Word", "text": "Hi", "start_time": 0.5},
        {"type": "EndWord", "stop_time": 0.75},
    ]
    assert msgpack.unpackb(step(3, (0.25, 0.5, 0.75, 1.0), buffered_samples=96)) == {
        "type": "Step",
        "step_idx": 3,
        "prs": [0.25, 0.5, 0.75, 1.0],
        "buffered_pcm": 96,
    }


def _pack(content: dict[str, object]) -> bytes:
    return bytes(msgpack.packb(content))


def _samples(message: bytes) -> list[float]:
    parsed = parse(message)
    assert isinstance(parsed, Audio)
    assert parsed.samples.dtype == np.float32
    return [float(sample) for sample in parsed.samples]
