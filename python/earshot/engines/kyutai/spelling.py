"""From the model's tokens, one for each frame, to words with their times. Pure.

The model writes a word some frames after it was heard: padding, an end of padding where the word begins, the word's
tokens, padding again. Times of words are the audio's, so whoever spells says for each token which audio it is about.
"""

from dataclasses import dataclass

_MOST_TOKENS = 48
"""No word is that long; a model caught in a loop never pads again."""

_SHORTEST_S = 0.01
"""Times must grow: a client takes a word that begins where an earlier one did for its revision."""


@dataclass(frozen=True, slots=True)
class Spelled:
    """A complete word: its tokens, and when it was said, in seconds."""

    tokens: tuple[int, ...]
    start_s: float
    stop_s: float


@dataclass(frozen=True, slots=True)
class Spelling:
    """Between two tokens.

    Attributes:
        padding: the tokens that are no part of any word.
        tokens: of the word that is being written.
        start_s: when it began.
        earliest_s: when it may begin: the word before has ended.
    """

    padding: frozenset[int]
    tokens: tuple[int, ...] = ()
    start_s: float = 0.0
    earliest_s: float = 0.0

    def add(self, token: int, time_s: float) -> "tuple[Spelling, tuple[Spelled, ...]]":
        """Take the next token, about the audio at `time_s`; returns the word it completes, if it does."""
        if token in self.padding:
            return self.end(time_s)
        begun = self if self.tokens else Spelling(self.padding, (), max(time_s, self.earliest_s), self.earliest_s)
        longer = Spelling(begun.padding, (*begun.tokens, token), begun.start_s, begun.earliest_s)
        return longer.end(time_s) if len(longer.tokens) >= _MOST_TOKENS else (longer, ())

    def end(self, time_s: float) -> "tuple[Spelling, tuple[Spelled, ...]]":
        """End the word that is being written, if there is one."""
        if not self.tokens:
            return self, ()
        stop_s = max(time_s, self.start_s + _SHORTEST_S)
        return Spelling(self.padding, earliest_s=stop_s), (Spelled(self.tokens, self.start_s, stop_s),)
