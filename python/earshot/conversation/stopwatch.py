"""When what was heard arrived, and how long it took to understand it."""

import time
from collections import deque
from dataclasses import dataclass

from earshot.conversation.transport import Pace

_REMEMBERED_FRAMES = 200


@dataclass(frozen=True, slots=True)
class _Arrival:
    end_ms: float
    at_s: float


class Stopwatch:
    """Measures one turn after the other, from the end of speech to the transcript.

    Everything is wall time, measured here, but for what only passes in the audio of a file: there a pause is noticed
    when its audio has come, however fast that was.
    """

    def __init__(self, pace: Pace) -> None:
        self._in_audio = pace == "lockstep"
        self._arrivals: deque[_Arrival] = deque(maxlen=_REMEMBERED_FRAMES)
        self._paused_s = 0.0
        self._complete_s = 0.0
        self.vad_ms = 0.0
        self.turn_ms = 0.0

    def audio_arrived(self, end_ms: float) -> None:
        """Note that audio up to `end_ms` is here."""
        self._arrivals.append(_Arrival(end_ms, time.monotonic()))

    def paused(self, at_ms: int, speech_end_ms: int) -> None:
        """Note that a pause was noticed in the audio at `at_ms`."""
        self._paused_s = time.monotonic()
        if self._in_audio:
            self.vad_ms = at_ms - speech_end_ms
        else:
            self.vad_ms = (self._paused_s - self._arrived_s(speech_end_ms)) * 1_000

    def complete(self, silent_ms: int | None) -> None:
        """Note that the turn is known to be over: by verdict, or after `silent_ms` without speech."""
        self._complete_s = time.monotonic()
        self.turn_ms = (self._complete_s - self._paused_s) * 1_000
        if self._in_audio and silent_ms is not None:
            self.turn_ms = silent_ms - self.vad_ms

    def transcribed_ms(self) -> float:
        """Return how long the transcript, which is here now, came after the verdict."""
        return (time.monotonic() - self._complete_s) * 1_000

    def _arrived_s(self, position_ms: int) -> float:
        """Return when the sound at a position arrived.

        Within a frame it is taken to have arrived as it was spoken, but not before the frame ahead of it: kept sound
        comes all at once.
        """
        before_s: float | None = None
        for arrival in self._arrivals:
            if arrival.end_ms >= position_ms:
                spoken_s = arrival.at_s - (arrival.end_ms - position_ms) / 1_000
                return arrival.at_s if before_s is None else max(before_s, spoken_s)
            before_s = arrival.at_s
        return self._arrivals[-1].at_s
