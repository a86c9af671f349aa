"""The audio of a session that is not yet settled."""

from collections import deque

import numpy as np

from earshot.audio.samples import Samples


class Recording:
    """Samples by their position since the utterance began."""

    def __init__(self) -> None:
        self._chunks: deque[Samples] = deque()
        self._begin = 0

    def append(self, samples: Samples) -> None:
        """Add what was heard next."""
        self._chunks.append(samples)

    def between(self, begin: int, end: int) -> Samples:
        """Return the samples between two positions; what is forgotten or not yet heard is left out."""
        position = self._begin
        parts = []
        for chunk in self._chunks:
            if position + len(chunk) > begin and position < end:
                parts.append(chunk[max(begin - position, 0) : end - position])
            position += len(chunk)
        return np.concatenate([*parts, np.zeros(0, np.float32)])

    def forget(self, before: int) -> None:
        """Drop the whole chunks before a position."""
        while self._chunks and self._begin + len(self._chunks[0]) <= before:
            self._begin += len(self._chunks.popleft())

    def forget_all(self) -> None:
        """Drop everything; positions count from 0 again."""
        self._chunks.clear()
        self._begin = 0
