"""Where speech begins and ends, counted in audio and never by the clock: audio may come faster than it was spoken."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np
from pipecat.audio.vad.silero import SileroOnnxModel

from earshot.conversation.audio import HEARD_RATE_HZ, WINDOW_MS

START_MS = 192
STOP_MS = 192
"""Six windows each way: the 0.2 s that pipecat and Silero recommend, in whole windows."""

_START_CONFIDENCE = 0.7
_STAY_CONFIDENCE = 0.4
"""One threshold for both ends speech up to 130 ms early in 10 dB of noise; this costs at most one window more."""

_RESET_EVERY_MS = 2_000
_RESET_CONFIDENCE = 0.1
_RESET_AFTER_MS = 160
"""Music and long noise leave Silero's memory unable to notice speech until it is cleared; clearing it inside a word
would lose the word, so it waits for clear silence (pipecat's figures, `audio/vad/silero.py`)."""


class Edge(Enum):
    """What one window of audio changed."""

    STARTED = "started"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Activity:
    """Whether there is speech, and for how long the opposite has been heard by now."""

    speaking: bool = False
    opposite_ms: int = 0


def next_activity(activity: Activity, confidence: float) -> tuple[Activity, Edge | None]:
    """Count one more window of audio, in which Silero believes in speech with `confidence` (0 to 1)."""
    speech = confidence >= (_STAY_CONFIDENCE if activity.speaking else _START_CONFIDENCE)
    if speech == activity.speaking:
        return Activity(activity.speaking), None
    opposite_ms = activity.opposite_ms + WINDOW_MS
    if opposite_ms < (STOP_MS if activity.speaking else START_MS):
        return Activity(activity.speaking, opposite_ms), None
    return Activity(not activity.speaking), Edge.STOPPED if activity.speaking else Edge.STARTED


class VoiceDetector:
    """Silero over one stream of audio."""

    def __init__(self, model: Path) -> None:
        self._model = SileroOnnxModel(str(model))  # type: ignore[no-untyped-call]  # pipecat leaves it untyped
        self._activity = Activity()
        self._since_reset_ms = 0
        self._clear_silence_ms = 0

    def hear(self, window: bytes) -> Edge | None:
        """Hear 512 samples (s16le, 16 kHz) and return the edge they completed, if any.

        About 0.14 ms: less than handing it to another thread costs.
        """
        samples = np.frombuffer(window, dtype="<i2").astype(np.float32) / 32_768
        confidence = float(self._model(samples, HEARD_RATE_HZ)[0, 0])
        self._activity, edge = next_activity(self._activity, confidence)
        self._reset_in_silence(confidence)
        return edge

    def _reset_in_silence(self, confidence: float) -> None:
        self._since_reset_ms += WINDOW_MS
        self._clear_silence_ms = self._clear_silence_ms + WINDOW_MS if confidence < _RESET_CONFIDENCE else 0
        quiet = not self._activity.speaking and self._clear_silence_ms >= _RESET_AFTER_MS
        if quiet and self._since_reset_ms >= _RESET_EVERY_MS:
            self._model.reset_states()  # type: ignore[no-untyped-call]  # pipecat leaves it untyped
            self._since_reset_ms = 0
