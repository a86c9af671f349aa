"""One speaker's place at the model: all that the session needs to know of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from earshot.audio.samples import Samples


class AllLanesTaken(RuntimeError):
    """Too many listen at once."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What the model made of a frame.

    Attributes:
        token: what it writes.
        pauses: for each of its horizons the probability of a pause.
    """

    token: int
    pauses: tuple[float, ...]


class Lane(Protocol):
    """One utterance after the other, by one speaker."""

    def take(self, samples: Samples, *, is_first: bool) -> Taken:
        """Hear a frame, or less and then silence; the first one of an utterance forgets those before. Blocks."""
        ...

    def text(self, tokens: Sequence[int]) -> str:
        """Return the text of a word's tokens."""
        ...
