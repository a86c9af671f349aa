"""Text to the phonemes Kokoro was trained on: espeak-ng for the words, punctuation as it is.

kokoro-onnx's own way goes through phonemizer's restoring of punctuation, which splits a text at every dot once it has
one full stop ("it is 3.14." becomes "three. fourteen") and says "e.g." as two sentences. Given whole stretches between
marks, espeak-ng reads numbers, initials and abbreviations itself.
"""

import logging
import re
from collections.abc import Collection
from functools import cache

from phonemizer.backend import EspeakBackend

_MARK = re.compile(r"""(\s*(?:[;!?…—“”"()]|\.{2,}|(?<!\d)[:,]|[:,](?!\d)|\.(?=["”')]*\s*$))+\s*)""")
_ELLIPSIS = re.compile(r"\.{2,}")
_TYPOGRAPHIC = str.maketrans({"\N{RIGHT SINGLE QUOTATION MARK}": "'", "\N{LEFT SINGLE QUOTATION MARK}": "'"})
_NO_MARK = "\ue000"
"""A character for private use: phonemizer has to be given marks to look for."""


def phonemes(text: str, language: str, vocabulary: Collection[str]) -> str:
    """Return the phonemes of a text within the model's vocabulary; empty when nothing in it is spoken.

    `EspeakWrapper` has to know its library by now, which kokoro-onnx sees to. Not for two threads at once.
    """
    parts = _MARK.split(text.translate(_TYPOGRAPHIC))
    stretches = [part.strip() for part in parts[::2]]
    spoken = iter(_backend(language).phonemize([stretch for stretch in stretches if stretch], strip=True))
    written = "".join(
        (next(spoken) if stretch else "") + _ELLIPSIS.sub("…", mark)
        for stretch, mark in zip(stretches, [*parts[1::2], ""], strict=True)
    )
    known = " ".join("".join(character for character in written if character in vocabulary).split())
    return known if any(character.isalpha() for character in known) else ""


@cache
def _backend(language: str) -> EspeakBackend:
    """Each takes 15 ms to make."""
    return EspeakBackend(
        language,
        punctuation_marks=_NO_MARK,
        with_stress=True,
        language_switch="remove-flags",
        logger=_quiet_logger(),
    )


def _quiet_logger() -> logging.Logger:
    """espeak-ng's wrapper warns whenever something is spoken in more words than it is written in."""
    logger = logging.getLogger(f"{__name__}.espeak")
    logger.setLevel(logging.ERROR)
    return logger
