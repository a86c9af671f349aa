"""The data of the RTVI server messages main gets. Times are milliseconds; `ms` counts audio since main connected."""

from dataclasses import dataclass
from typing import Literal

EngineRole = Literal["stt", "llm", "tts"]

Asked = Literal["spoken", "typed"]
"""How a person put a question."""


@dataclass(frozen=True, slots=True)
class Latency:
    """From the end of speech to the first sound of the reply, in the order it was spent.

    Attributes:
        vad_ms: end of speech to the noticed pause.
        turn_ms: noticed pause to the verdict that the turn is over.
        stt_ms: verdict to the transcript, 0 if that was there before.
        llm_ms: transcript to the first complete sentence.
        tts_ms: first sentence to the first audible frame handed over.
    """

    vad_ms: float
    turn_ms: float
    stt_ms: float
    llm_ms: float
    tts_ms: float

    @property
    def voice_to_voice_ms(self) -> float:
        """The sum."""
        return self.vad_ms + self.turn_ms + self.stt_ms + self.llm_ms + self.tts_ms


def heard(ms: int) -> dict[str, object]:
    """All audio up to `ms` is handled and nothing is being decided or answered (lockstep only)."""
    return {"type": "heard", "ms": ms}


def speech_started(ms: int) -> dict[str, object]:
    """Speech was noticed."""
    return {"type": "speech-started", "ms": ms}


def pause(ms: int) -> dict[str, object]:
    """A pause was noticed."""
    return {"type": "pause", "ms": ms}


def nothing_heard(ms: int) -> dict[str, object]:
    """What sounded like speech had no words in it: no turn came of it."""
    return {"type": "nothing-heard", "ms": ms}


def words(text: str) -> dict[str, object]:
    """What was understood so far of a turn that goes on."""
    return {"type": "words", "text": text}


def turn_ended(number: int, *, asked: Asked, transcript: str, speech_end_ms: int) -> dict[str, object]:
    """A person's turn is over; the answer is on its way."""
    return {
        "type": "turn-ended",
        "turn": number,
        "asked": asked,
        "transcript": transcript,
        "speechEndMs": speech_end_ms,
    }


def spoken(number: int, text: str) -> dict[str, object]:
    """So much of the reply counts as spoken by the audio that was handed over."""
    return {"type": "spoken", "turn": number, "text": text}


def interrupted() -> dict[str, object]:
    """The reply ends here: no more of its audio follows, and what was not played yet is not wanted any more."""
    return {"type": "interrupted"}


def turn(
    number: int,
    *,
    asked: Asked,
    transcript: str,
    reply: str,
    interrupted: bool,
    speech_end_ms: int,
    latency: Latency | None,
) -> dict[str, object]:
    """A turn was answered: `reply` is what was really spoken. No latency when nothing was."""
    return {
        "type": "turn",
        "turn": number,
        "asked": asked,
        "transcript": transcript,
        "reply": reply,
        "interrupted": interrupted,
        "speechEndMs": speech_end_ms,
        "latency": None if latency is None else _latency(latency),
    }


def turn_failed(number: int, service: EngineRole, message: str) -> dict[str, object]:
    """A turn could not be heard or answered; the conversation goes on."""
    return {"type": "turn-failed", "turn": number, "service": service, "message": message}


def engine_lost(number: int | None, service: EngineRole) -> dict[str, object]:
    """An engine failed in this turn, which waits for it; without a number while the turn is still being heard."""
    return {"type": "engine-lost", "turn": number, "service": service}


def engine_back(number: int | None, service: EngineRole, waited_ms: int) -> dict[str, object]:
    """That engine answers again, and the turn goes on."""
    return {"type": "engine-back", "turn": number, "service": service, "waitedMs": waited_ms}


def _latency(latency: Latency) -> dict[str, float]:
    return {
        "vadMs": round(latency.vad_ms, 1),
        "turnMs": round(latency.turn_ms, 1),
        "sttMs": round(latency.stt_ms, 1),
        "llmMs": round(latency.llm_ms, 1),
        "ttsMs": round(latency.tts_ms, 1),
        "voiceToVoiceMs": round(latency.voice_to_voice_ms, 1),
    }
