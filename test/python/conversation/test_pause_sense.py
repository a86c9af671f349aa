"""What a recogniser believes of a pause, step by step."""

import pytest
from earshot.conversation.pause_sense import PauseSense, after_step


@pytest.mark.parametrize(
    ("probabilities", "is_pausing"),
    [
        ([0.61], True),
        ([0.6], False),
        ([0.39], False),
        ([0.9, 0.5, 0.4], True),
        ([0.9, 0.5, 0.39], False),
        ([0.1, 0.5, 0.6], False),
        ([0.9, 0.1, 0.5], False),
        ([0.9, float("nan")], True),
    ],
)
def test_between_the_two_limits_nothing_changes(probabilities: list[float], is_pausing: bool) -> None:
    sense: PauseSense | None = None
    for probability in probabilities:
        sense = after_step(sense, probability)
    assert sense is not None
    assert sense.is_pausing is is_pausing
