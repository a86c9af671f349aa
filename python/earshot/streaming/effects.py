"""What every streaming session wants done. Positions are samples at 24 kHz since the utterance began."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SayReady:
    """Tell the client that the utterance has begun."""


@dataclass(frozen=True, slots=True)
class Abandon:
    """Nobody waits any more for the work under way."""


@dataclass(frozen=True, slots=True)
class Forget:
    """Drop the audio before a position."""

    before: int


@dataclass(frozen=True, slots=True)
class ForgetAll:
    """Drop all audio: positions count from 0 again."""


@dataclass(frozen=True, slots=True)
class SayFailed:
    """Tell the client why the session cannot go on, and hang up."""

    message: str


CommonEffect = SayReady | Abandon | Forget | ForgetAll | SayFailed
