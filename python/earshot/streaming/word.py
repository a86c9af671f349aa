"""A word of a transcript."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Word:
    """One word and when it was said, in seconds."""

    text: str
    start_s: float
    stop_s: float

    def later(self, by_s: float) -> "Word":
        """Return the word said `by_s` later."""
        return replace(self, start_s=self.start_s + by_s, stop_s=self.stop_s + by_s)
