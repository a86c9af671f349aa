"""Whose turn it is: a pure machine from what is heard to what is to be done. All times are audio time.

Idle ──speech──► Speaking ──pause──► Pausing ──complete, transcript there──► Idle  (turn ended)
                 │   ▲                  │  │
  recogniser lost│   └─────speech───────┘  └──3 s of silence, transcript there──► Idle  (turn ended)
                 ▼
                Lost ──pause──► Idle

A question in words is a turn of its own in every state: what is being heard is dropped for it.
"""

from dataclasses import dataclass, replace
from typing import assert_never

from earshot.conversation.turn_events import (
    AnswerQuestion,
    AskBoth,
    AudioPassed,
    DropTurn,
    Effect,
    EndTurn,
    Event,
    FailTurn,
    Judged,
    NoteComplete,
    OpenTurn,
    Question,
    SpeechPaused,
    SpeechStarted,
    TellPause,
    TellSpeechStarted,
    TellWords,
    Transcribed,
    TranscriberFailed,
    Understood,
)

SILENCE_ENDS_TURN_MS = 3_000
"""Without a word for so long the turn is over, whatever the turn detector believes."""


@dataclass(frozen=True, slots=True)
class Idle:
    """Nobody speaks; `marker` is the last one ever asked for."""

    marker: int = 0


@dataclass(frozen=True, slots=True)
class Speaking:
    """A person speaks.

    Attributes:
        marker: the last pause, in whatever turn it was.
        resumed: that pause was in this turn.
    """

    marker: int
    resumed: bool = False


@dataclass(frozen=True, slots=True)
class Pausing:
    """A person has stopped: for breath, or because it is our turn. The two questions asked are open while None.

    Attributes:
        marker: which pause this is.
        speech_end_ms: when the last speech ended.
        complete: whether the turn is over.
        transcript: everything said in this turn.
    """

    marker: int
    speech_end_ms: int
    complete: bool | None = None
    transcript: str | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """A person speaks, but their turn is over: the recogniser failed, or they have typed instead."""

    marker: int


State = Idle | Speaking | Pausing | Lost


Step = tuple[State, tuple[Effect, ...]]


def next_step(state: State, event: Event) -> Step:
    """Return the state after an event and what has to be done, in order."""
    match state:
        case Idle():
            return _idle(state, event)
        case Speaking():
            return _speaking(state, event)
        case Pausing():
            return _pausing(state, event)
        case Lost():
            return _lost(state, event)
        case _:
            assert_never(state)


def is_deciding(state: State) -> bool:
    """Tell whether the machine waits for an answer and not for more audio."""
    if not isinstance(state, Pausing):
        return False
    return state.complete is None or (state.complete and state.transcript is None)


def _idle(state: Idle, event: Event) -> Step:
    match event:
        case SpeechStarted():
            return Speaking(state.marker), (TellSpeechStarted(event.at_ms), OpenTurn())
        case Question():
            return state, (AnswerQuestion(event),)
        case SpeechPaused() | AudioPassed() | Judged() | Transcribed() | Understood() | TranscriberFailed():
            return state, ()
        case _:
            assert_never(event)


def _lost(state: Lost, event: Event) -> Step:
    match event:
        case SpeechPaused():
            return Idle(state.marker), ()
        case Question():
            return state, (AnswerQuestion(event),)
        case SpeechStarted() | AudioPassed() | Judged() | Transcribed() | Understood() | TranscriberFailed():
            return state, ()
        case _:
            assert_never(event)


def _speaking(state: Speaking, event: Event) -> Step:
    match event:
        case SpeechPaused():
            marker = state.marker + 1
            return Pausing(marker, event.speech_end_ms), (TellPause(event.at_ms, event.speech_end_ms), AskBoth(marker))
        case TranscriberFailed():
            return Lost(state.marker), (FailTurn(event.message),)
        case Question():
            return Lost(state.marker), (DropTurn(), AnswerQuestion(event))
        case Transcribed() if state.resumed and event.marker == state.marker:
            return state, _words(event.transcript)
        case Understood():
            return state, _words(event.text)
        case SpeechStarted() | AudioPassed() | Judged() | Transcribed():
            return state, ()
        case _:
            assert_never(event)


def _pausing(state: Pausing, event: Event) -> Step:
    after, noted = state, tuple[Effect, ...]()
    match event:
        case SpeechStarted():
            # Words that were known before the verdict have been kept back until now: it might have ended the turn.
            words = _words(state.transcript) if state.complete is None else ()
            return Speaking(state.marker, resumed=True), (*words, TellSpeechStarted(event.at_ms))
        case Question():
            return Idle(state.marker), (DropTurn(), AnswerQuestion(event))
        case TranscriberFailed() if state.transcript is None:
            return Idle(state.marker), (FailTurn(event.message),)
        case Judged() if event.marker == state.marker and state.complete is None:
            after = replace(state, complete=event.complete)
            noted = (NoteComplete(None),) if event.complete else _words(state.transcript)
        case AudioPassed() if event.at_ms - state.speech_end_ms >= SILENCE_ENDS_TURN_MS and not state.complete:
            after = replace(state, complete=True)
            noted = (NoteComplete(event.at_ms - state.speech_end_ms),)
        case Transcribed() if event.marker == state.marker:
            after = replace(state, transcript=event.transcript)
            noted = _words(event.transcript) if state.complete is False else ()
        case Judged() | Transcribed() | Understood() | AudioPassed() | SpeechPaused() | TranscriberFailed():
            pass  # what is understood in a pause is in its transcript as well
        case _:
            assert_never(event)
    if not after.complete or after.transcript is None:
        return after, noted
    if not after.transcript.strip():
        return Idle(after.marker), (*noted, DropTurn())
    return Idle(after.marker), (*noted, EndTurn(after.transcript, after.speech_end_ms))


def _words(transcript: str | None) -> tuple[TellWords, ...]:
    return (TellWords(transcript),) if transcript and transcript.strip() else ()
