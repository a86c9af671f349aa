"""Where speech begins and ends in audio."""

from importlib.resources import files
from pathlib import Path

import numpy as np
from conversation.stage import speech
from earshot.conversation.audio import WINDOW_BYTES, WINDOW_MS, RecentAudio
from earshot.conversation.voice_activity import Activity, Edge, VoiceDetector, next_activity


def test_six_windows_make_speech_and_six_end_it() -> None:
    edges = _edges([0.9] * 5 + [0.1] + [0.9] * 6 + [0.1] * 5 + [0.9] + [0.1] * 6)
    assert edges == [(11, Edge.STARTED), (23, Edge.STOPPED)]


def test_speech_needs_less_confidence_to_go_on_than_to_begin() -> None:
    assert _edges([0.6] * 20) == []
    assert _edges([0.9] * 6 + [0.5] * 20) == [(5, Edge.STARTED)]


def test_finds_the_question_in_a_recording() -> None:
    assert _heard(speech("question", 1.0)) == [(768, Edge.STARTED), (2_176, Edge.STOPPED)]


def test_finds_the_question_in_noise_and_after_a_long_time_of_it() -> None:
    quiet = np.frombuffer(speech(4.0, "question", 1.0), "<i2").astype(np.float64)
    noise = np.random.default_rng(1).normal(0, 300, len(quiet))
    edges = _heard((quiet + noise).clip(-32_768, 32_767).astype("<i2").tobytes())
    assert [edge for _, edge in edges] == [Edge.STARTED, Edge.STOPPED]


def test_only_the_last_seconds_are_remembered() -> None:
    recent = RecentAudio(memory_ms=320)
    for number in range(100):
        recent.append(bytes([number]) * WINDOW_BYTES)
    assert recent.last(64) == bytes([98]) * WINDOW_BYTES + bytes([99]) * WINDOW_BYTES
    assert len(recent.last(10_000)) == 10 * WINDOW_BYTES


def _edges(confidences: list[float]) -> list[tuple[int, Edge]]:
    activity, edges = Activity(), []
    for index, confidence in enumerate(confidences):
        activity, edge = next_activity(activity, confidence)
        if edge is not None:
            edges.append((index, edge))
    return edges


def _heard(audio: bytes) -> list[tuple[int, Edge]]:
    detector = VoiceDetector(Path(str(files("pipecat.audio.vad") / "data" / "silero_vad.onnx")))
    edges = []
    for start in range(0, len(audio) - WINDOW_BYTES + 1, WINDOW_BYTES):
        edge = detector.hear(audio[start : start + WINDOW_BYTES])
        if edge is not None:
            edges.append((start // WINDOW_BYTES * WINDOW_MS + WINDOW_MS, edge))
    return edges
