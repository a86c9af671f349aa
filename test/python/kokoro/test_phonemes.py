"""Text as phonemes."""
# ruff: noqa: RUF001 - phonemes look like letters

import pytest
from earshot.engines.kokoro.phonemes import phonemes
from kokoro_onnx.tokenizer import Tokenizer


@pytest.fixture(scope="module")
def vocabulary() -> dict[str, int]:
    """Return Kokoro's, and have espeak-ng loaded on the way."""
    known: dict[str, int] = Tokenizer().vocab
    return known


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, world!", "həlˈoʊ, wˈɜːld!"),
        ("It is 3.14.", "ɪɾ ɪz θɹˈiː pɔɪnt wˈʌn fˈɔːɹ."),
        ("1,000 people, yes.", "wˈʌn θˈaʊzənd pˈiːpəl, jˈɛs."),
        ("Dr. Smith", "dˈɑːktɚ smˈɪθ"),
        ("e.g. a car", "fˌɔːɹɛɡzˈæmpəl ɐ kˈɑːɹ"),
        ("At 10:05.", "æt tˈɛn zˈiəɹoʊ fˈaɪv."),
        ("Wait... what?", "wˈeɪt… wˌʌt?"),
        ("It\N{RIGHT SINGLE QUOTATION MARK}s “fine.”", "ɪts “fˈaɪn.”"),
    ],
)
def test_words_numbers_and_abbreviations(vocabulary: dict[str, int], text: str, expected: str) -> None:
    assert phonemes(text, "en-us", vocabulary) == expected


@pytest.mark.parametrize("text", ["", " ", "…", "?!", "—", '"."', "\u200b", "\x00"])
def test_nothing_spoken_has_no_phonemes(vocabulary: dict[str, int], text: str) -> None:
    assert phonemes(text, "en-us", vocabulary) == ""


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [("en-gb", "Car", "kˈɑː"), ("es", "Hola, amigo", "ˈola, amˈiɣo"), ("fr-fr", "Bonjour", "bɔ̃ʒˈuʁ")],
)
def test_voices_speak_their_own_language(vocabulary: dict[str, int], language: str, text: str, expected: str) -> None:
    assert phonemes(text, language, vocabulary) == expected
