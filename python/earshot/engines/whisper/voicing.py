"""Where in a sound somebody speaks. Pure: works on the probabilities a voice activity detector gave."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import ceil

import numpy as np
from numpy.typing import NDArray

FRAME_S = 0.032
"""Silero judges 512 samples at 16 kHz at a time."""

_VOICED = 0.5
_UNVOICED = 0.35
_FEWEST_FRAMES = 3
"""Speech under 0.1 s is none: "Stop." had 10 to 20 voiced frames in any noise, ten kinds of noise never had one."""

_BETWEEN_SENTENCES_S = 0.25


@dataclass(frozen=True, slots=True)
class Voicing:
    """One probability of speech per frame, shape (frames,)."""

    probabilities: NDArray[np.float32]

    @property
    def has_speech(self) -> bool:
        """Does anybody speak at all?"""
        return int((self.probabilities >= _VOICED).sum()) >= _FEWEST_FRAMES

    def until(self, end_s: float) -> "Voicing":
        """Return the voicing of the sound's beginning."""
        return Voicing(self.probabilities[: ceil(end_s / FRAME_S)])

    def voiced_s(self, begin_s: float, end_s: float) -> float:
        """Return for how long somebody speaks between two times."""
        return len(self._voiced_frames(begin_s, end_s)) * FRAME_S

    def speech(self) -> tuple[float, float]:
        """Return when the first word may begin and the last may end; needs `has_speech`."""
        voiced = np.flatnonzero(self.probabilities >= _UNVOICED)
        return float(voiced[0]) * FRAME_S, float(voiced[-1] + 1) * FRAME_S

    def pause(self, earliest_s: float, latest_s: float) -> float:
        """Return where to cut between two times.

        The middle of the last pause that parts sentences, else of the longest, else of the least voiced frame.
        """
        first, last = int(earliest_s / FRAME_S), int(latest_s / FRAME_S)
        within = self.probabilities[first:last]
        # A voiced frame more on either side, so that every run of unvoiced ones begins and ends.
        edges = np.diff(np.concatenate(([False], within < _UNVOICED, [False])).astype(np.int8))
        begins, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
        if len(begins) == 0:
            return (first + int(within.argmin()) + 0.5) * FRAME_S
        between_sentences = np.flatnonzero((ends - begins) * FRAME_S >= _BETWEEN_SENTENCES_S)
        best = int(between_sentences[-1] if len(between_sentences) else (ends - begins).argmax())
        return (first + (int(begins[best]) + int(ends[best])) / 2) * FRAME_S

    def spread(self, weights: Sequence[int], begin_s: float, end_s: float) -> list[tuple[float, float]]:
        """Share out the voiced time between two times by weight; pauses belong to nobody.

        Returns:
            Begin and end in seconds of each share, in order.
        """
        frames = self._voiced_frames(begin_s, end_s)
        if len(frames) == 0:
            frames = np.arange(int(begin_s / FRAME_S), max(ceil(end_s / FRAME_S), int(begin_s / FRAME_S) + 1))
        bounds = [share * len(frames) / sum(weights) for share in accumulate(weights, initial=0)]
        return [(_begin_s(frames, begin), _end_s(frames, end)) for begin, end in pairwise(bounds)]

    def _voiced_frames(self, begin_s: float, end_s: float) -> NDArray[np.int64]:
        first = max(0, int(begin_s / FRAME_S))
        within = self.probabilities[first : ceil(end_s / FRAME_S)]
        return first + np.flatnonzero(within >= _UNVOICED)


def _begin_s(frames: NDArray[np.int64], place: float) -> float:
    index = min(int(place), len(frames) - 1)
    return (float(frames[index]) + place - index) * FRAME_S


def _end_s(frames: NDArray[np.int64], place: float) -> float:
    index = max(ceil(place) - 1, 0)
    return (float(frames[index]) + place - index) * FRAME_S
