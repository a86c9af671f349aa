"""What a client wants of a streaming session, as events. Positions and counts are samples at 24 kHz."""

from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any, assert_never

from earshot.audio.samples import Samples
from earshot.streaming import messages

SAMPLE_RATE_HZ = 24_000
"""Of every session: moshi-server's."""


@dataclass(frozen=True, slots=True)
class Began:
    """The client connected or said Init: an utterance begins."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Audio came in."""

    samples: int


@dataclass(frozen=True, slots=True)
class Asked:
    """The client wants the words up to here."""

    marker: int


@dataclass(frozen=True, slots=True)
class Closed:
    """The client is gone."""


@dataclass(frozen=True, slots=True)
class Garbled:
    """The client said something outside the protocol."""

    message: str


Request = Began | Heard | Asked | Closed | Garbled


def read_request(message: MutableMapping[str, Any]) -> Began | Samples | Asked | Closed | Garbled:
    """Read what came over the WebSocket; audio is returned as it is."""
    if message["type"] == "websocket.disconnect":
        return Closed()
    content = message.get("bytes")
    if content is None:
        return Garbled("Messages are msgpack in binary frames; this was text.")
    try:
        parsed = messages.parse(content)
    except messages.BadMessage as fault:
        return Garbled(str(fault))
    match parsed:
        case messages.Init():
            return Began()
        case messages.Audio(samples):
            return samples
        case messages.Marker(marker):
            return Asked(marker)
        case _:
            assert_never(parsed)
