"""Whether a pause is the end of what a person wanted to say."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3

LISTENS_TO_MS = 8_000
"""How much of a turn, counted from its end, a detector may want to hear."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a detector believes.

    Attributes:
        complete: the turn is over.
        probability: of that, 0 to 1.
        took_ms: how long it thought.
    """

    complete: bool
    probability: float
    took_ms: float


class EndOfTurnDetector(Protocol):
    """Anything that can judge a pause by the sound of the speech before it."""

    def judge(self, audio: bytes) -> Verdict:
        """Judge a turn (s16le, 16 kHz, the pause included); blocks."""
        ...


class SmartTurn(LocalSmartTurnAnalyzerV3):
    """Smart Turn v3.

    Only pipecat's model is used, not its buffer: that one forgets by the wall clock, which is wrong as soon as audio
    comes faster than it was spoken (a file). One thread: 47 ms a verdict on a laptop's core, and two are slower.
    """

    def __init__(self, model: Path) -> None:
        super().__init__(smart_turn_model_path=str(model), cpu_count=1)

    def judge(self, audio: bytes) -> Verdict:
        """Judge the last eight seconds of a turn; see `EndOfTurnDetector`."""
        started_s = time.perf_counter()
        samples = np.frombuffer(audio, dtype="<i2").astype(np.float32) / 32_768
        result = self._predict_endpoint(samples)
        return Verdict(
            complete=bool(result["prediction"]),
            probability=float(result["probability"]),
            took_ms=(time.perf_counter() - started_s) * 1_000,
        )
