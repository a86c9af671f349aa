"""Text as it can be read aloud: no Markdown, no emoji, no symbols a voice would spell out."""

import re
import unicodedata

from pipecat.utils.text.transforms import strip_markdown

_LEFT_OVER_MARKS = re.compile(r"\*{2,}|_{2,}|~{2,}|`+|(?<!\w)[*_]+(?=\w)|(?<=\w)[*_]+(?!\w)|^\s*[#>]+\s*", re.MULTILINE)
"""Marks whose other half is in another sentence: "**Note. This is bold.** Next"."""

_SPACES = re.compile(r"\s+")
_SPACE_BEFORE_MARK = re.compile(r"\s+([.,;:!?…])")

_SPOKEN_SYMBOLS = frozenset("°℃℉№+<=>±\u00d7\u00f7\u2212")
"""Symbols a voice has a word for; the last three are times, divided by and minus."""

_UNSPOKEN_CATEGORIES = frozenset({"So", "Sm", "Sk", "Cf", "Cc", "Co", "Cn", "Me"})
"""Pictures, mathematical and modifying symbols, joiners, controls and what is not assigned."""

_JOINS_LETTERS = frozenset("\u200c\u200d")
"""Format characters that Persian and Indic spelling needs between letters; emoji are glued together with the second."""

_VARIATION_SELECTORS = frozenset("\ufe0e\ufe0f")


async def as_spoken(text: str, text_type: str) -> str:
    """Return a sentence of a reply as it is said, or nothing when nothing in it can be said."""
    plain = _LEFT_OVER_MARKS.sub("", await strip_markdown(text, text_type))
    kept = "".join(_keep(character) for character in plain)
    if not any(character.isalnum() for character in kept):
        return ""
    return _SPACE_BEFORE_MARK.sub(r"\1", _SPACES.sub(" ", kept)).strip()


def _keep(character: str) -> str:
    if character.isspace():
        return " "
    if character in _SPOKEN_SYMBOLS or character in _JOINS_LETTERS:
        return character
    if character in _VARIATION_SELECTORS or unicodedata.category(character) in _UNSPOKEN_CATEGORIES:
        return ""
    return character
