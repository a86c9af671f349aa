"""The real model code on random weights: what it computes depends on what it hears and on nothing else."""

from math import isfinite
from pathlib import Path

import numpy as np
import pytest
from earshot.audio.samples import Samples
from earshot.engines.kyutai.lane import AllLanesTaken, Lane, Taken
from earshot.engines.kyutai.model import MOST_LANES, SpeechModel
from earshot.engines.kyutai.session import FRAME_SAMPLES
from whisper.questions import noise, questions

FRAMES = 12
QUESTION = questions()[0].samples[: FRAMES * FRAME_SAMPLES]
NOISE = noise(FRAMES * 0.08, loudness=0.1)


@pytest.fixture(scope="module")
def model(tiny_model: Path) -> SpeechModel:
    """Return the loaded model."""
    return SpeechModel(tiny_model, device="cpu", precision="float32", threads=1, window_s=10)


def test_its_pace_is_the_one_its_config_names(model: SpeechModel) -> None:
    assert (model.pace.delay_frames, model.pace.prefix_frames, model.pace.padding) == (6, 2, frozenset({0, 3}))


def test_every_frame_gives_a_token_and_four_probabilities_of_a_pause(model: SpeechModel) -> None:
    lane = model.open_lane()
    taken = _hear(lane, QUESTION)
    model.close_lane(lane)
    assert all(len(each.pauses) == 4 and all(0 <= pause <= 1 for pause in each.pauses) for each in taken)
    assert len({each.pauses for each in taken}) == FRAMES
    assert model.text([each.token for each in taken]).strip()


def test_what_was_heard_before_an_utterance_is_forgotten(model: SpeechModel) -> None:
    lane = model.open_lane()
    first = _hear(lane, QUESTION)
    noisy = _hear(lane, NOISE)
    again = _hear(lane, QUESTION)
    model.close_lane(lane)
    assert first == again
    assert first != noisy


def test_speakers_who_take_turns_frame_by_frame_do_not_mix(model: SpeechModel) -> None:
    one, other = model.open_lane(), model.open_lane()
    alone = _hear(one, QUESTION), _hear(other, NOISE)
    together: tuple[list[Taken], list[Taken]] = ([], [])
    for index in range(FRAMES):
        together[0].append(_take(one, QUESTION, index))
        together[1].append(_take(other, NOISE, index))
    model.close_lane(one)
    model.close_lane(other)
    assert together == alone


def test_what_is_missing_to_a_frame_is_silence(model: SpeechModel) -> None:
    lane = model.open_lane()
    part = lane.take(QUESTION[:700], is_first=True)
    whole = lane.take(np.concatenate([QUESTION[:700], np.zeros(FRAME_SAMPLES - 700, np.float32)]), is_first=True)
    model.close_lane(lane)
    assert part == whole


def test_only_so_many_can_listen_at_once(model: SpeechModel) -> None:
    lanes = [model.open_lane() for _ in range(MOST_LANES)]
    with pytest.raises(AllLanesTaken):
        model.open_lane()
    for lane in lanes:
        model.close_lane(lane)
    model.close_lane(model.open_lane())


def test_half_the_precision_is_still_a_number(tiny_model: Path) -> None:
    model = SpeechModel(tiny_model, device="cpu", precision="bfloat16", threads=1, window_s=None)
    assert all(isfinite(pause) for taken in _hear(model.open_lane(), QUESTION) for pause in taken.pauses)


def _hear(lane: Lane, samples: Samples) -> list[Taken]:
    return [_take(lane, samples, index) for index in range(FRAMES)]


def _take(lane: Lane, samples: Samples, index: int) -> Taken:
    begin = index * FRAME_SAMPLES
    return lane.take(samples[begin : begin + FRAME_SAMPLES], is_first=index == 0)
