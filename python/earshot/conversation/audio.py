"""Sizes of the audio that is heard and spoken, and the short memory of what was heard."""

from collections import deque
from itertools import islice

HEARD_RATE_HZ = 16_000
"""What main sends: 16-bit mono, little endian. Silero and Smart Turn know no other rate."""

SPOKEN_RATE_HZ = 24_000
"""What main gets, and what a recogniser is sent."""

STEP_SAMPLES = 1_920
STEP_S = STEP_SAMPLES / SPOKEN_RATE_HZ
"""80 ms at 24 kHz: what moshi-server takes as one step."""

WINDOW_SAMPLES = 512
WINDOW_BYTES = 2 * WINDOW_SAMPLES
WINDOW_MS = 32
"""Silero hears in windows of 512 samples."""


class RecentAudio:
    """The last seconds of what was heard, in windows; older ones fall out, so silence and speech may go on for ever."""

    def __init__(self, *, memory_ms: int) -> None:
        self._windows: deque[bytes] = deque(maxlen=memory_ms // WINDOW_MS)

    def append(self, window: bytes) -> None:
        """Remember one window."""
        self._windows.append(window)

    def last(self, duration_ms: int) -> bytes:
        """Return the last `duration_ms`, in whole windows, or as much as is remembered."""
        count = min(-(-duration_ms // WINDOW_MS), len(self._windows))
        return b"".join(islice(self._windows, len(self._windows) - count, None))
