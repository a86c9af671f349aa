"""The turn's sound and markers, passed on to one recogniser after the other."""

import pytest
from earshot.conversation import kept_turn
from earshot.conversation.kept_turn import Cursor, KeptTurn, Mark


def test_sound_and_markers_are_passed_on_in_order() -> None:
    turn = KeptTurn()
    turn.hear(b"ab")
    cursor = turn.begin()
    turn.mark(1)
    turn.hear(b"cd")
    turn.mark(2)
    assert _rest(turn, cursor) == [b"ab", Mark(1, 2), b"cd", Mark(2, 4)]
    turn.hear(b"ef")
    assert _rest(turn, cursor) == [b"ef"]


def test_another_recogniser_hears_it_all_and_is_asked_only_what_is_still_wanted() -> None:
    turn = KeptTurn()
    turn.hear(b"ab")
    turn.mark(1)
    turn.hear(b"cd")
    turn.mark(2)
    turn.hear(b"ef")
    assert _rest(turn, turn.begin()) == [b"abcd", Mark(2, 4), b"ef"]
    assert not turn.answer(1)
    assert turn.is_answer_open
    assert turn.answer(2)
    assert _rest(turn, turn.begin()) == [b"abcdef"]


def test_a_long_turn_is_passed_on_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_turn, "PIECE_BYTES", 4)
    turn = KeptTurn()
    turn.hear(b"abcdef")
    assert _rest(turn, turn.begin()) == [b"abcd", b"ef"]


def test_a_turn_without_end_is_forgotten_as_it_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_turn, "KEPT_LIMIT_BYTES", 4)
    turn = KeptTurn()
    turn.hear(b"abcd")
    cursor = turn.begin()
    assert _is_whole(turn, cursor)
    turn.hear(b"ef")
    assert not _is_whole(turn, cursor)
    turn.hear(b"gh")
    turn.mark(1)
    assert _rest(turn, cursor) == [b"gh", Mark(1, 8)]


def _is_whole(turn: KeptTurn, cursor: Cursor) -> bool:
    """Pass on what there is; tell whether all of it is still kept."""
    _rest(turn, cursor)
    turn.forget_if_too_long(cursor)
    return turn.is_whole


def _rest(turn: KeptTurn, cursor: Cursor) -> list[bytes | Mark]:
    passed = []
    while (piece := turn.next(cursor)) is not None:
        passed.append(piece)
    return passed
