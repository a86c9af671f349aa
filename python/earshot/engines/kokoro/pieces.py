"""Cuts a text into pieces that are spoken one after the other: sentences, and clauses where a sentence is long. Pure.

The first piece is short, because nothing is heard before it is complete; every next one may be longer, because it is
synthesised while the one before is played, at about half the time it takes to say.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from sentencex import segment

_FIRST_WORDS = 10
_MOST_WORDS = 40
_GROWTH = 1.5
_FEWEST_WORDS = 3

_SENTENCE_PAUSE_S = 0.25
_CLAUSE_PAUSE_S = 0.1

_MARK = re.compile(r"(?<=[,;:])\s+|\s*—\s*|(?<!\d)\s+[-\N{EN DASH}]\s+")
_CONJUNCTION = re.compile(
    r"\s+(?=(?:and|but|or|so|because|since|while|when|where|which|who|although|though|unless|until|if|then|that|than)\s)",
    re.I,
)

_LINE_WITHIN_SENTENCE = re.compile(r"(?<=[\w,])[ \t]*\n[ \t]*(?=[a-zà-öø-ÿ])")
_ENUMERATOR = re.compile(r"\(?\w{1,3}[.)]")

_UNSPOKEN = frozenset({"So", "Cf", "Cc", "Co", "Cs", "Cn"})
_SPOKEN_SYMBOLS = frozenset("°℃℉№©®™")
_EMOJI_MODIFIERS = re.compile("[\u20e3\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")


@dataclass(frozen=True, slots=True)
class Piece:
    """Something to say, and the silence after it."""

    text: str
    pause_s: float


def pieces(text: str, language: str) -> Iterator[Piece]:
    """Cut a text; `language` is sentencex's code.

    Conjunctions are looked for in English only: in other languages long sentences are cut at punctuation alone.
    """
    most_words = float(_FIRST_WORDS)
    for sentence in _sentences(_speakable(text), language):
        rest = sentence
        while len(rest.split()) > most_words and (cut := _clause(rest, most_words, language)) is not None:
            clause, rest = cut
            yield Piece(clause, _CLAUSE_PAUSE_S)
            most_words = min(most_words * _GROWTH, _MOST_WORDS)
        yield Piece(rest, _SENTENCE_PAUSE_S)
        most_words = min(most_words * _GROWTH, _MOST_WORDS)


def _speakable(text: str) -> str:
    """Leave out pictures and controls: espeak-ng would read "slightly smiling face"."""
    plain = _EMOJI_MODIFIERS.sub("", text)
    return "".join(character for character in plain if _is_speakable(character))


def _is_speakable(character: str) -> bool:
    if character in _SPOKEN_SYMBOLS or character.isspace():
        return True
    return unicodedata.category(character) not in _UNSPOKEN


def _sentences(text: str, language: str) -> Iterator[str]:
    """Cut at sentence and line ends; the number of a list's item stays with the item."""
    enumerator = ""
    for line in _LINE_WITHIN_SENTENCE.sub(" ", text).splitlines():
        for sentence in segment(language, line):
            stripped = f"{enumerator} {sentence.strip()}".strip()
            if _ENUMERATOR.fullmatch(stripped):
                enumerator = stripped
                continue
            enumerator = ""
            if stripped:
                yield stripped
    if enumerator:
        yield enumerator


def _clause(sentence: str, most_words: float, language: str) -> tuple[str, str] | None:
    """Cut off the longest clause of at most so many words, or else the shortest one; None where there is no clause."""
    for boundary in (_MARK, _CONJUNCTION) if language == "en" else (_MARK,):
        cuts = [
            (clause, rest)
            for found in boundary.finditer(sentence)
            if len((clause := sentence[: found.start()]).split()) >= _FEWEST_WORDS
            and len((rest := sentence[found.end() :]).split()) >= _FEWEST_WORDS
        ]
        fitting = [cut for cut in cuts if len(cut[0].split()) <= most_words]
        if fitting or cuts:
            clause, rest = fitting[-1] if fitting else cuts[0]
            # A comma keeps the voice up: what follows is the same sentence.
            return (clause if clause[-1] in ",;:" else clause + ","), rest
    return None
