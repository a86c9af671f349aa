"""From audio of any length to the events of turn-taking, in audio time."""

from collections.abc import Iterator
from dataclasses import dataclass

from earshot.conversation.audio import HEARD_RATE_HZ, WINDOW_BYTES, WINDOW_MS, RecentAudio
from earshot.conversation.end_of_turn import LISTENS_TO_MS
from earshot.conversation.turn_events import AudioPassed, SpeechPaused, SpeechStarted
from earshot.conversation.voice_activity import STOP_MS, Edge, VoiceDetector


@dataclass(frozen=True, slots=True)
class Heard:
    """One window of audio and what came of it."""

    window: bytes
    event: SpeechStarted | SpeechPaused | AudioPassed


class Hearing:
    """Cuts the stream into windows, has the voice detector hear them and remembers the last seconds."""

    def __init__(self, detector: VoiceDetector) -> None:
        self._detector = detector
        self._recent = RecentAudio(memory_ms=LISTENS_TO_MS)
        self._unheard = bytearray()
        self._taken_bytes = 0
        self.position_ms = 0
        """How much audio was heard, in whole windows."""

    @property
    def taken_ms(self) -> int:
        """How much audio was taken, the beginning of a window included."""
        return duration_ms(self._taken_bytes)

    def hear(self, audio: bytes) -> Iterator[Heard]:
        """Take audio (s16le, 16 kHz) and yield every window it completes, each before the next one is heard."""
        self._taken_bytes += len(audio)
        self._unheard += audio
        while len(self._unheard) >= WINDOW_BYTES:
            window = bytes(self._unheard[:WINDOW_BYTES])
            del self._unheard[:WINDOW_BYTES]
            self.position_ms += WINDOW_MS
            self._recent.append(window)
            yield Heard(window, self._event(self._detector.hear(window)))

    def last(self, since_ms: int) -> bytes:
        """Return what was heard since a position, as far as it is remembered."""
        return self._recent.last(self.position_ms - since_ms)

    def _event(self, edge: Edge | None) -> SpeechStarted | SpeechPaused | AudioPassed:
        match edge:
            case Edge.STARTED:
                return SpeechStarted(self.position_ms)
            case Edge.STOPPED:
                return SpeechPaused(self.position_ms, self.position_ms - STOP_MS)
            case None:
                return AudioPassed(self.position_ms)


def duration_ms(size_bytes: int) -> int:
    """Return how long so much audio (s16le, 16 kHz) sounds."""
    return size_bytes * 1_000 // (2 * HEARD_RATE_HZ)
