"""Audio by its position."""

import numpy as np
from earshot.audio.samples import Samples
from earshot.streaming.recording import Recording


def test_any_stretch_can_be_had() -> None:
    recording = _recording()
    assert _numbers(recording.between(0, 10)) == list(range(10))
    assert _numbers(recording.between(2, 7)) == [2, 3, 4, 5, 6]
    assert _numbers(recording.between(4, 5)) == [4]
    assert _numbers(recording.between(5, 5)) == []
    assert _numbers(recording.between(8, 99)) == [8, 9]


def test_positions_stay_when_the_beginning_is_forgotten() -> None:
    recording = _recording()
    recording.forget(5)
    assert _numbers(recording.between(5, 10)) == [5, 6, 7, 8, 9]


def test_positions_begin_again_when_everything_is_forgotten() -> None:
    recording = _recording()
    recording.forget(5)
    recording.forget_all()
    recording.append(np.array([7], np.float32))
    assert _numbers(recording.between(0, 5)) == [7]


def _recording() -> Recording:
    recording = Recording()
    for begin, end in ((0, 4), (4, 4), (4, 5), (5, 10)):
        recording.append(np.arange(begin, end, dtype=np.float32))
    return recording


def _numbers(samples: Samples) -> list[int]:
    return [int(sample) for sample in samples]
