"""What a recogniser says, in moshi-server's protocol: msgpack maps with a "type", one per WebSocket message. Pure."""

from dataclasses import dataclass

import msgpack

_PAUSE_HORIZON = 2
"""Which of a step's probabilities to go by: the one Kyutai's own assistant goes by. A model without them sends none."""


class BadMessage(ValueError):
    """A message outside the protocol."""


@dataclass(frozen=True, slots=True)
class Ready:
    """An utterance has begun."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word, and when it began in the audio of the utterance."""

    text: str
    start_s: float


@dataclass(frozen=True, slots=True)
class Step:
    """80 ms of audio have been heard; `pause` is how probable it is that the speaker has come to a stop."""

    pause: float | None


@dataclass(frozen=True, slots=True)
class MarkerBack:
    """Everything before the marker has been recognised."""

    marker: int


@dataclass(frozen=True, slots=True)
class Failure:
    """The recogniser cannot go on."""

    message: str


@dataclass(frozen=True, slots=True)
class Other:
    """Nothing that is needed here: the end of a word, or something newer than this."""


Said = Ready | Word | Step | MarkerBack | Failure | Other


def parse(message: str | bytes) -> Said:
    """Read one message.

    Raises:
        BadMessage: it is none of the protocol, or something in it is missing: a word must not get lost in silence.
    """
    match _unpacked(message):
        case {"type": "Ready"}:
            return Ready()
        case {"type": "Word", "text": str(text), "start_time": float() | int() as start_s}:
            return Word(text, float(start_s))
        case {"type": "Step", "prs": [*pauses]}:
            return Step(_pause(pauses))
        case {"type": "Marker", "id": int(marker)}:
            return MarkerBack(marker)
        case {"type": "Error", "message": str(reason)}:
            return Failure(reason)
        case {"type": "Word" | "Step" | "Marker" | "Error"} | None:
            raise BadMessage("it sent what cannot be understood")
        case _:
            return Other()


def _unpacked(message: str | bytes) -> dict[object, object] | None:
    if isinstance(message, str):
        return None
    try:
        content = msgpack.unpackb(message)
    except (ValueError, TypeError, msgpack.UnpackException):
        return None
    return content if isinstance(content, dict) and isinstance(content.get("type"), str) else None


def _pause(pauses: list[object]) -> float | None:
    match pauses[_PAUSE_HORIZON : _PAUSE_HORIZON + 1]:
        case [float() | int() as pause]:
            return float(pause)
        case _:
            return None
