"""Silero on torch hears speech where the voice environment's Silero (ONNX) does, and none where there is none."""

import numpy as np
import pytest
from earshot.audio.decoding import decode
from earshot.engines.silero.detector import find_speech
from silero.heard_by_onnx import AGREES_S, ONNX_SPANS
from whisper.questions import FOLDER, SESSION_RATE_HZ, noise, questions, silence

RATE_HZ = 16_000


def test_every_bundled_question_has_been_heard_by_onnx() -> None:
    assert sorted(ONNX_SPANS) == sorted(file.name for file in FOLDER.glob("*.wav"))


@pytest.mark.parametrize("name", sorted(ONNX_SPANS))
def test_speech_is_where_onnx_hears_it(name: str) -> None:
    with (FOLDER / name).open("rb") as file:
        samples = decode(file, sample_rate_hz=RATE_HZ, longest_s=60)
    spans = find_speech(samples, RATE_HZ)
    expected = ONNX_SPANS[name]
    assert spans[0].start_s == pytest.approx(expected[0][0], abs=AGREES_S)
    assert spans[-1].stop_s == pytest.approx(expected[-1][1], abs=AGREES_S)
    spoken_s = sum(span.stop_s - span.start_s for span in spans)
    assert spoken_s == pytest.approx(sum(stop_s - start_s for start_s, stop_s in expected), abs=AGREES_S)


def test_a_session_has_another_sample_rate() -> None:
    question = questions()[0]
    spans = find_speech(question.samples, SESSION_RATE_HZ)
    assert spans[-1].stop_s == pytest.approx(question.speech_end_s, abs=0.4)


def test_silence_and_noise_are_no_speech() -> None:
    assert find_speech(silence(3), SESSION_RATE_HZ) == ()
    assert find_speech(noise(3, loudness=0.05), SESSION_RATE_HZ) == ()
    assert find_speech(np.zeros(10, np.float32), RATE_HZ) == ()


def test_it_leaves_torch_its_threads() -> None:
    """Importing silero_vad sets one thread for the whole process."""
    import torch

    before = torch.get_num_threads()
    find_speech(silence(1), SESSION_RATE_HZ)
    assert torch.get_num_threads() == before
