"""How long a turn waits for an engine that fails in it."""

import pytest
from earshot.conversation.patience import Patience

LIMIT_S = 10.0
FRESH = Patience(LIMIT_S)


def test_an_engine_that_is_not_there_is_looked_for_until_patience_ends() -> None:
    patience, looks, now_s = FRESH, 0, 100.0
    while True:
        patience, pause_s = patience.after_fault("absent", now_s)
        if pause_s is None:
            break
        looks, now_s = looks + 1, now_s + pause_s
    assert looks == 39
    assert now_s - 100.0 == pytest.approx(LIMIT_S, abs=0.3)


def test_what_was_refused_is_not_asked_again() -> None:
    assert FRESH.after_fault("refused", 0.0)[1] is None


def test_an_engine_that_fails_three_times_in_a_turn_is_not_asked_again() -> None:
    pauses = []
    patience = FRESH
    for now_s in (0.0, 1.0, 2.0):
        patience, pause_s = patience.after_fault("failed", now_s)
        pauses.append(pause_s)
        patience, _ = patience.after_answer(now_s + 0.5)
    assert pauses == [0.25, 1.0, None]


def test_being_away_between_two_failures_counts_for_nothing() -> None:
    patience, _ = FRESH.after_fault("failed", 0.0)
    for now_s in range(1, 9):
        patience, pause_s = patience.after_fault("absent", now_s)
        assert pause_s == 0.25
    assert patience.failures == 1


def test_patience_begins_anew_once_the_engine_has_answered() -> None:
    patience, _ = FRESH.after_fault("absent", 0.0)
    patience, waited_s = patience.after_answer(9.0)
    assert waited_s == 9.0
    patience, pause_s = patience.after_fault("absent", 12.0)
    assert (pause_s, patience.until_s) == (0.25, 12.0 + LIMIT_S)


def test_an_engine_that_was_never_lost_is_not_back() -> None:
    assert FRESH.after_answer(3.0) == (FRESH, None)
    assert FRESH.until_s is None


def test_an_engine_that_was_given_up_is_not_waited_for() -> None:
    assert Patience(LIMIT_S, given_up=True).after_fault("absent", 0.0)[1] is None


def test_without_patience_nothing_is_asked_twice() -> None:
    assert Patience(0.0).after_fault("failed", 0.0)[1] is None
