"""Which words of a sentence have been spoken after so much of its audio: an estimate, the voice does not say."""

from dataclasses import dataclass, replace

_FIRST_GUESS_S = 0.07
"""Seconds a character of English takes Kokoro."""

_LEARNING_RATE = 0.3


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the voice speaks, learnt from the sentences it finished."""

    character_s: float = _FIRST_GUESS_S

    def learn(self, text: str, duration_s: float) -> "Pace":
        """Take a finished sentence into account."""
        if not text or duration_s <= 0:
            return self
        return Pace(self.character_s + _LEARNING_RATE * (duration_s / len(text) - self.character_s))


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence while it is spoken.

    Attributes:
        words: all of it.
        duration_s: how much of its audio was handed over.
        told: how many words count as spoken by now.
    """

    words: tuple[str, ...]
    duration_s: float = 0.0
    told: int = 0

    def hear(self, duration_s: float, pace: Pace) -> tuple["Sentence", tuple[str, ...]]:
        """Go on by `duration_s` of audio; return the words that were completed in it, never the last one."""
        heard_s = self.duration_s + duration_s
        spoken_characters = heard_s / pace.character_s
        told = self.told
        end = sum(len(word) + 1 for word in self.words[:told])
        while told < len(self.words) - 1 and (end := end + len(self.words[told]) + 1) <= spoken_characters:
            told += 1
        return replace(self, duration_s=heard_s, told=told), self.words[self.told : told]

    def rest(self) -> tuple[str, ...]:
        """Return the words that are left when the sentence's audio ends."""
        return self.words[self.told :]
