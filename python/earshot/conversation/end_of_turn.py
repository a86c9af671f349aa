"""Whether a pause is the end of what a person wanted to say."""

import time
from collections.abc import Awaitable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from loguru import logger
from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3

from earshot.conversation.pause_sense import PauseSense
from earshot.serving import engine_worker

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


@dataclass(frozen=True, slots=True)
class Pause:
    """What a detector can go by.

    Attributes:
        audio: the turn (s16le, 16 kHz), as much of it as is remembered, the pause included.
        sense: what the recogniser believes, once it has the words; None from one that says nothing of pauses.
    """

    audio: bytes
    sense: Awaitable[PauseSense | None]


class EndOfTurnDetector(Protocol):
    """Anything that can judge a pause."""

    async def judge(self, pause: Pause) -> Verdict:
        """Tell whether the turn is over."""
        ...


class SmartTurn(LocalSmartTurnAnalyzerV3):
    """Smart Turn v3.

    Only pipecat's model is used, not its buffer: that one forgets by the wall clock, which is wrong as soon as audio
    comes faster than it was spoken (a file). One thread: 47 ms a verdict on a laptop's core, and two are slower.
    """

    def __init__(self, model: Path) -> None:
        super().__init__(smart_turn_model_path=str(model), cpu_count=1)

    def judge(self, audio: bytes) -> Verdict:
        """Judge the last eight seconds of a turn (s16le, 16 kHz); blocks."""
        started_s = time.perf_counter()
        samples = np.frombuffer(audio, dtype="<i2").astype(np.float32) / 32_768
        result = self._predict_endpoint(samples)
        return Verdict(
            complete=bool(result["prediction"]),
            probability=float(result["probability"]),
            took_ms=(time.perf_counter() - started_s) * 1_000,
        )


class BySound:
    """Smart Turn's judgement, made in the worker thread."""

    def __init__(self, model: SmartTurn) -> None:
        self._model = model

    async def judge(self, pause: Pause) -> Verdict:
        """See `EndOfTurnDetector`."""
        return await engine_worker.run(lambda: self._model.judge(pause.audio))


class BySense:
    """The recogniser's own judgement: it knows the words. It comes with them, so a pause costs no second model.

    By then the recogniser has heard the pause go on for its own delay (half a second), in silence that took a fraction
    of that to send.
    """

    def __init__(self, otherwise: EndOfTurnDetector) -> None:
        self._otherwise = otherwise
        self._has_said_so = False

    async def judge(self, pause: Pause) -> Verdict:
        """See `EndOfTurnDetector`; where the recogniser says nothing of pauses, somebody else judges."""
        started_s = time.perf_counter()
        sense = await pause.sense
        if sense is None:
            if not self._has_said_so:
                logger.warning("the recogniser says nothing of pauses, so Smart Turn tells where a turn ends")
                self._has_said_so = True
            return await self._otherwise.judge(pause)
        return Verdict(sense.is_pausing, sense.probability, (time.perf_counter() - started_s) * 1_000)
