"""Kokoro's voices: the style of each, and the language it speaks."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Style = NDArray[np.float32]
"""Shape (510, 1, 256): one style vector for every possible number of phonemes."""

STYLE_SHAPE = (510, 1, 256)
_STYLE_BYTES = 4 * 510 * 256


@dataclass(frozen=True, slots=True)
class Language:
    """A language under the name espeak-ng knows and the code sentencex knows."""

    phonemes: str
    sentences: str


_AMERICAN = Language("en-us", "en")
_LANGUAGES = {
    "a": _AMERICAN,
    "b": Language("en-gb", "en"),
    "e": Language("es", "es"),
    "f": Language("fr-fr", "fr"),
    "h": Language("hi", "hi"),
    "i": Language("it", "it"),
    "j": Language("ja", "ja"),
    "p": Language("pt-br", "pt"),
    "z": Language("cmn", "zh"),
}
"""Kokoro names its voices by language, sex and person: `bf_emma` is British and female."""


class BadVoice(ValueError):
    """A voice file that is none; the message names it."""


def language_of(voice: str) -> Language:
    """Return the language a voice speaks, by its name."""
    return _LANGUAGES.get(voice[:1], _AMERICAN)


def open_voice(name: str, file: Path) -> Style:
    """Map a voice file (raw little-endian float32) into memory: of half a megabyte a sentence needs one kilobyte.

    Raises:
        BadVoice: the file has not the size of a voice.
        OSError: the file cannot be opened.
    """
    if file.stat().st_size != _STYLE_BYTES:
        raise BadVoice(f'the voice "{name}" is broken: {file.name} has not {_STYLE_BYTES:,} bytes')
    return np.memmap(file, dtype="<f4", mode="r", shape=STYLE_SHAPE)
