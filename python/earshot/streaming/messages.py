"""moshi-server's protocol: msgpack maps with a "type", one per WebSocket message."""

from collections.abc import Iterator
from dataclasses import dataclass

import msgpack
import numpy as np

from earshot.audio.samples import Samples, cleaned
from earshot.streaming.word import Word

_FLOAT_BYTES = 4


class BadMessage(ValueError):
    """A message outside the protocol; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Init:
    """A new utterance begins; what was said before is forgotten."""


@dataclass(frozen=True, slots=True)
class Audio:
    """More audio: mono, 24 kHz."""

    samples: Samples


@dataclass(frozen=True, slots=True)
class Marker:
    """The words up to here are wanted."""

    id: int


def parse(message: bytes) -> Init | Audio | Marker:
    """Read one message from the client; raises BadMessage."""
    try:
        content = msgpack.unpackb(message)
    except (ValueError, msgpack.UnpackException) as fault:
        raise BadMessage("The message is not msgpack.") from fault
    match content:
        case {"type": "Init"}:
            return Init()
        case {"type": "Audio", "pcm": bytes() | list() as pcm}:
            return Audio(_samples(pcm))
        case {"type": "Marker", "id": int(marker)}:
            return Marker(marker)
        case {"type": str(kind)}:
            raise BadMessage(f'A message of type "{kind[:40]}" is not understood, or something in it is missing.')
        case _:
            raise BadMessage('The message is not a map with a "type".')


def _samples(pcm: bytes | list[object]) -> Samples:
    """Read a list of floats, which is moshi-server's form, or little-endian 32-bit floats, a fifth smaller."""
    if isinstance(pcm, bytes):
        if len(pcm) % _FLOAT_BYTES:
            raise BadMessage('"pcm" is not made of 32-bit floats.')
        return cleaned(np.frombuffer(pcm, dtype="<f4"))
    try:
        samples = np.array(pcm, dtype=np.float32)
    except (TypeError, ValueError) as fault:
        raise BadMessage('"pcm" is not a list of numbers.') from fault
    if samples.ndim != 1:
        raise BadMessage('"pcm" is not a flat list.')
    return cleaned(samples)


def ready() -> bytes:
    """The utterance has begun."""
    return _pack({"type": "Ready"})


def words(said: tuple[Word, ...]) -> Iterator[bytes]:
    """Every word, followed by its end."""
    for word in said:
        yield _pack({"type": "Word", "text": word.text, "start_time": word.start_s})
        yield _pack({"type": "EndWord", "stop_time": word.stop_s})


def step(step_index: int, pauses: tuple[float, ...], *, buffered_samples: int) -> bytes:
    """80 ms of the client's audio have been taken.

    Args:
        step_index: how many steps came before it.
        pauses: for each horizon of the model the probability that the speaker pauses; `pauses[2]` is the one to go by.
        buffered_samples: audio that waits for its turn.
    """
    return _pack({"type": "Step", "step_idx": step_index, "prs": list(pauses), "buffered_pcm": buffered_samples})


def marker(marker_id: int) -> bytes:
    """The answer to a marker is complete."""
    return _pack({"type": "Marker", "id": marker_id})


def error(message: str) -> bytes:
    """The session is over."""
    return _pack({"type": "Error", "message": message})


def _pack(content: dict[str, object]) -> bytes:
    return bytes(msgpack.packb(content))
