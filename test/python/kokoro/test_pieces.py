"""How a text is cut: what is heard first, and what is never torn apart."""

from itertools import pairwise

import pytest
from earshot.engines.kokoro.pieces import Piece, pieces


@pytest.mark.parametrize(
    "sentence",
    [
        "Dr. Smith paid 3.14 dollars in the U.S. in 1999.",
        "Mr. and Mrs. Jones live at No. 5.",
        "They live next door, i.e. close by.",
        "He left by car, e.g. a red one.",
        "Version 1.2.3 costs $1,000.50 a month.",
        "We meet at 5 p.m. at St. Paul's.",
        "Wait... what?",
        "Visit example.com today.",
    ],
)
def test_numbers_and_abbreviations_end_no_sentence(sentence: str) -> None:
    assert _texts(sentence) == [sentence]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello! How are you? I'm fine.", ["Hello!", "How are you?", "I'm fine."]),
        ("One thing.It has no space.", ["One thing.", "It has no space."]),
        ("1. Milk\n2. Bread and butter\n3. Eggs", ["1. Milk", "2. Bread and butter", "3. Eggs"]),
        ("A line that is\nwrapped.\nAnother one.", ["A line that is wrapped.", "Another one."]),
        ("First paragraph\n\nSecond paragraph", ["First paragraph", "Second paragraph"]),
        ("No full stop", ["No full stop"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_sentences_and_lines_are_pieces(text: str, expected: list[str]) -> None:
    assert _texts(text) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            "The capital of France is Paris, which has been the seat of government for many centuries.",
            ["The capital of France is Paris,", "which has been the seat of government for many centuries."],
        ),
        (
            "I would like to book a table tomorrow because my sister is coming to visit us.",
            ["I would like to book a table tomorrow,", "because my sister is coming to visit us."],
        ),
        (
            "It was a cold and windy day — nobody went out of the house before noon.",
            ["It was a cold and windy day,", "nobody went out of the house before noon."],
        ),
        (
            "There are three of them in the box; the fourth one was lost last year.",
            ["There are three of them in the box;", "the fourth one was lost last year."],
        ),
        (
            "Well, yes, I suppose the weather in the north of the country is rather cold now.",
            ["Well, yes, I suppose the weather in the north of the country is rather cold now."],
        ),
    ],
    ids=["comma", "conjunction", "dash", "semicolon", "nowhere"],
)
def test_a_long_first_sentence_begins_with_a_clause(sentence: str, expected: list[str]) -> None:
    assert _texts(sentence) == expected


def test_a_short_first_sentence_stays_whole() -> None:
    assert _texts("The capital of France, as everybody knows, is Paris.") == [
        "The capital of France, as everybody knows, is Paris."
    ]


def test_no_clause_is_shorter_than_three_words() -> None:
    text = (
        "Red, green, blue, yellow, orange, purple, pink, black, white, grey and brown, all of them, are colours, yes."
    )
    found = _texts(text)
    assert len(found) > 1
    assert all(len(piece.split()) >= 3 for piece in found)


def test_pieces_may_grow_while_the_ones_before_are_played() -> None:
    clause = "and this is a part of a sentence,"
    lengths = [len(piece.split()) for piece in _texts("So this is how it all began, " + f"{clause} " * 20 + "the end.")]
    assert lengths[0] <= 10
    assert max(lengths) <= 40
    assert all(later <= 2.5 * earlier for earlier, later in pairwise(lengths))


def test_a_number_with_a_minus_is_no_dash() -> None:
    text = "The temperature in the city fell from 10 - 12 degrees last week to almost nothing"
    assert _texts(text) == [text]


def test_pauses_are_longer_after_sentences() -> None:
    text = "The capital of France is Paris, which has been so for many centuries. Yes."
    assert [piece.pause_s for piece in pieces(text, "en")] == [0.1, 0.25, 0.25]


def test_pictures_are_not_read_out() -> None:
    assert _texts("Hello 🙂 there 👍🏽! It is 20 °C.") == ["Hello  there !", "It is 20 °C."]
    assert _texts("🙂👨‍👩‍👧") == []


def test_other_languages_are_cut_at_punctuation_alone() -> None:
    text = "La capitale de la France est Paris, qui est la plus grande ville de ce beau pays depuis toujours."
    assert [piece.text for piece in pieces(text, "fr")] == [
        "La capitale de la France est Paris,",
        "qui est la plus grande ville de ce beau pays depuis toujours.",
    ]


def _texts(text: str) -> list[str]:
    found: list[Piece] = list(pieces(text, "en"))
    return [piece.text for piece in found]
