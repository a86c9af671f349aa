"""Where somebody speaks."""

import numpy as np
import pytest
from earshot.engines.whisper.voicing import FRAME_S, Voicing


def test_three_frames_make_speech() -> None:
    assert not _voicing("..##....").has_speech
    assert _voicing("..##...#").has_speech


def test_speech_reaches_from_the_first_voiced_frame_to_the_last() -> None:
    assert _voicing("..##..#...").speech() == pytest.approx((2 * FRAME_S, 7 * FRAME_S))


def test_only_voiced_time_counts() -> None:
    voicing = _voicing("..####..####")
    assert voicing.voiced_s(0, 1) == pytest.approx(8 * FRAME_S)
    assert voicing.voiced_s(4 * FRAME_S, 9 * FRAME_S) == pytest.approx(3 * FRAME_S)
    assert voicing.until(6 * FRAME_S).voiced_s(0, 1) == pytest.approx(4 * FRAME_S)


@pytest.mark.parametrize(
    ("frames", "cut"),
    [
        ("####..........####..####", 9.0),  # the long pause, not the last
        ("####..........####........####", 22.0),  # of long pauses the last
        ("####..####...####.####", 11.5),  # without a long one the longest
        ("########", 0.5),  # without any somewhere
    ],
)
def test_a_long_sound_is_cut_in_a_pause(frames: str, cut: float) -> None:
    assert _voicing(frames).pause(0, len(frames) * FRAME_S) == pytest.approx(cut * FRAME_S)


def test_without_a_pause_the_least_voiced_frame_is_cut() -> None:
    voicing = Voicing(np.array([0.9, 0.9, 0.6, 0.9], np.float32))
    assert voicing.pause(0, 4 * FRAME_S) == pytest.approx(2.5 * FRAME_S)


def test_a_cut_keeps_to_its_bounds() -> None:
    voicing = _voicing("..........####..########")
    assert voicing.pause(12 * FRAME_S, 20 * FRAME_S) == pytest.approx(15 * FRAME_S)


def test_words_share_out_the_voiced_time_and_leave_the_pause_alone() -> None:
    shares = _voicing("..##....##..").spread([1, 1], 0, 12 * FRAME_S)
    frames = [(begin / FRAME_S, end / FRAME_S) for begin, end in shares]
    assert frames == [pytest.approx((2, 4)), pytest.approx((8, 10))]


def test_words_are_in_order_whatever_their_lengths() -> None:
    shares = _voicing("#.##..####.#").spread([3, 1, 9, 2, 5], 0, 12 * FRAME_S)
    times = [time for share in shares for time in share]
    assert times == sorted(times)


def test_words_get_times_even_where_nobody_was_heard() -> None:
    assert _voicing("....").spread([1, 1], 0, 4 * FRAME_S) == [
        pytest.approx((0, 2 * FRAME_S)),
        pytest.approx((2 * FRAME_S, 4 * FRAME_S)),
    ]


def _voicing(frames: str) -> Voicing:
    return Voicing(np.array([0.9 if frame == "#" else 0.1 for frame in frames], np.float32))
