"""How much silence a streaming recogniser is sent after a marker."""

from earshot.conversation.audio import STEP_SAMPLES
from earshot.conversation.silence import Silence


def test_a_model_that_tells_no_steps_gets_what_the_slowest_needs_at_once() -> None:
    silence = Silence()
    silence.sent(20 * STEP_SAMPLES)
    assert silence.first_steps() > 32
    silence.stepped()
    assert 6 < silence.first_steps() < 12


def test_more_is_due_when_the_last_is_nearly_heard() -> None:
    silence = Silence()
    silence.sent(10 * STEP_SAMPLES)
    due = []
    for _ in range(10):
        silence.stepped()
        due.append(silence.more_steps())
    assert due == [0, 0, 0, 0, 0, 0, 0, 0, 1, 2]


def test_a_step_begun_is_completed_and_a_whole_one_left_alone() -> None:
    silence = Silence()
    silence.sent(STEP_SAMPLES + 100)
    assert silence.rest_samples(20) == STEP_SAMPLES - 120
    assert silence.rest_samples(STEP_SAMPLES - 100) == 0
