"""A reply that is given once more: what of it was said the first time. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")


@dataclass(frozen=True, slots=True)
class Retelling:
    """Follows a reply, sentence by sentence, beside what was said of it before.

    The same model begins the same again, so what was said is passed over word by word, up to the middle of a sentence.
    Another model may say it otherwise: from there on all is new but whole sentences that were said.

    Attributes:
        words: what was said, in order.
        sentences: the same as whole sentences.
        passed: how many of the words have come again.
        deviates: the reply goes another way than the first time.
    """

    words: tuple[str, ...] = ()
    sentences: frozenset[tuple[str, ...]] = frozenset()
    passed: int = 0
    deviates: bool = False

    @classmethod
    def of(cls, said: Sequence[str]) -> "Retelling":
        """Begin anew with a reply of which this was said, sentences or more in each."""
        sentences = [_words(sentence) for text in said for sentence in _SENTENCE_END.split(text)]
        return cls(tuple(word for sentence in sentences for word in sentence), frozenset(sentences))

    def hear(self, sentence: str) -> tuple["Retelling", str]:
        """Take the reply's next sentence; return what of it is new, nothing when it was said."""
        if not self.deviates and self.passed == len(self.words):
            return self, sentence
        words = _words(sentence)
        expected = self.words[self.passed : self.passed + len(words)]
        if not self.deviates and words[: len(expected)] == expected:
            return self._with(self.passed + len(expected), False), _after(sentence, len(expected))
        return self._with(self.passed, True), "" if words in self.sentences else sentence

    def _with(self, passed: int, deviates: bool) -> "Retelling":
        return Retelling(self.words, self.sentences, passed, deviates)


def _words(text: str) -> tuple[str, ...]:
    return tuple(bare for word in text.split() if (bare := _bare(word)))


def _after(sentence: str, count: int) -> str:
    """Return what follows the first `count` words; marks that stand alone are no words."""
    words = sentence.split()
    while count > 0:
        count -= bool(_bare(words.pop(0)))
    rest = " ".join(words)
    return rest if _bare(rest) else ""


def _bare(word: str) -> str:
    return "".join(character for character in word.casefold() if character.isalnum())
