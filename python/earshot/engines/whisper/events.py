"""What happens to a streaming session. Positions are samples at 24 kHz, times seconds, since the utterance began."""

from dataclasses import dataclass

from earshot.streaming.requests import Request
from earshot.streaming.word import Word


@dataclass(frozen=True, slots=True)
class Recognised:
    """A job is done: the words up to `until`, which is beyond its begin."""

    job: int
    words: tuple[Word, ...]
    until: int


@dataclass(frozen=True, slots=True)
class Failed:
    """A job broke."""

    job: int
    message: str


Event = Request | Recognised | Failed
