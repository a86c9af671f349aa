"""From tokens to words: what the model writes between its paddings, and when it was said."""

from earshot.engines.kyutai.spelling import Spelled, Spelling

PADDING = frozenset({0, 3})


def test_a_word_is_what_stands_between_paddings() -> None:
    assert _spell([(3, 0.0), (0, 0.08), (7, 0.16), (8, 0.24), (3, 0.32), (3, 0.4)]) == [Spelled((7, 8), 0.16, 0.32)]


def test_either_padding_ends_a_word() -> None:
    assert _spell([(7, 0.0), (0, 0.08), (8, 0.16), (3, 0.24)]) == [Spelled((7,), 0.0, 0.08), Spelled((8,), 0.16, 0.24)]


def test_nothing_is_said_where_nothing_is_written() -> None:
    assert _spell([(0, 0.0), (3, 0.08), (0, 0.16)]) == []


def test_no_word_begins_before_the_one_before_it_has_ended() -> None:
    """While silence of ours is heard the time stands still; a client takes an equal time for a revision."""
    first, second = _spell([(7, 1.0), (3, 1.0), (8, 1.0), (3, 1.0)])
    assert first.start_s < first.stop_s <= second.start_s < second.stop_s


def test_a_model_that_never_pads_still_gives_words() -> None:
    spelled = _spell([(7, index * 0.08) for index in range(100)])
    assert [len(word.tokens) for word in spelled] == [48, 48]


def test_an_open_word_can_be_ended() -> None:
    spelling, words = Spelling(PADDING).add(7, 0.5)
    assert words == ()
    assert spelling.end(0.6) == (Spelling(PADDING, earliest_s=0.6), (Spelled((7,), 0.5, 0.6),))
    assert Spelling(PADDING).end(0.6) == (Spelling(PADDING), ())


def _spell(tokens: list[tuple[int, float]]) -> list[Spelled]:
    spelling = Spelling(PADDING)
    said: list[Spelled] = []
    for token, time_s in tokens:
        spelling, words = spelling.add(token, time_s)
        said += words
    return said
