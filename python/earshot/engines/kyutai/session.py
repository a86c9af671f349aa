"""One streaming session, pure: what comes in from the client and the model, what is to be done about it.

    Began ────► SayReady, then Take: the silence some models want before the first word
    Heard ────► Take, frame by frame
    Stepped ──► SayWord for a word that is complete, SayStep for the client's own audio, then the next Take
    Asked ────► Take silence until the model has written what it heard last; then SayMarker
    Asked, Began, Closed before that ► the older marker is never answered

The model writes a word `delay_frames` after it heard it. Nobody has to send silence for that: where a marker waits and
no audio does, silence of ours takes its place, and audio that comes meanwhile takes the silence's place. Words have the
times of the client's audio all the same.
"""

from dataclasses import dataclass, replace
from typing import assert_never

from earshot.engines.kyutai.effects import Effect, Frame, SayMarker, SayStep, SayWord, Take
from earshot.engines.kyutai.events import Event, Failed, Stepped
from earshot.engines.kyutai.spelling import Spelling
from earshot.streaming.effects import Abandon, Forget, ForgetAll, SayFailed, SayReady
from earshot.streaming.requests import SAMPLE_RATE_HZ, Asked, Began, Closed, Garbled, Heard

FRAME_SAMPLES = 1_920
MARGIN_FRAMES = 2
"""Heard after the delay before a word counts as written: what moshi-server's Python engine waits for as well."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How a model writes.

    Attributes:
        delay_frames: how many frames after a word was heard it is written.
        prefix_frames: silent frames the model has to hear first.
        padding: tokens that are no part of a word.
    """

    delay_frames: int
    prefix_frames: int
    padding: frozenset[int]


@dataclass(frozen=True, slots=True)
class Question:
    """A marker not yet answered.

    Attributes:
        marker: its id.
        end: where it was asked.
        due: after how many steps its last word is written; None until the model has heard that far.
    """

    marker: int
    end: int
    due: int | None


@dataclass(frozen=True, slots=True)
class Session:
    """The session between two events.

    Attributes:
        pace: the model's.
        spelling: the word being written.
        heard: position of the end of the audio.
        taken: position up to which the model has been given it.
        steps: how many frames the model has been given since the utterance began.
        steps_heard: how many of them until the last one with audio in it.
        origins: positions of the frames about which the model has not yet written.
        question: the newest marker, until it is answered.
        frame: what the model is at.
        frames: how many frames there have been since the client connected.
    """

    pace: Pace
    spelling: Spelling
    heard: int = 0
    taken: int = 0
    steps: int = 0
    steps_heard: int = 0
    origins: tuple[int, ...] = ()
    question: Question | None = None
    frame: Frame | None = None
    frames: int = 0

    @property
    def backlog(self) -> int:
        """How many samples wait for the model."""
        return self.heard - self.taken


Next = tuple[Session, tuple[Effect, ...]]


def new_session(pace: Pace, frames: int = 0) -> Session:
    """Return the session before the first sound."""
    return Session(pace=pace, spelling=Spelling(pace.padding), frames=frames)


def next_session(session: Session, event: Event) -> Next:
    """Return the session after an event, and what is to be done, in order."""
    match event:
        case Began():
            return _after((*_abandon(session), ForgetAll(), SayReady()), new_session(session.pace, session.frames))
        case Heard(samples):
            return _proceed(replace(session, heard=session.heard + samples))
        case Asked(marker):
            return _proceed(replace(session, question=_question(session, marker)))
        case Stepped() | Failed():
            return _finish(session, event)
        case Garbled(message):
            return replace(session, frame=None, question=None), (*_abandon(session), SayFailed(message))
        case Closed():
            return replace(session, frame=None, question=None), _abandon(session)
        case _:
            assert_never(event)


def _question(session: Session, marker: int) -> Question:
    due = _due(session) if session.taken == session.heard else None
    return Question(marker, session.heard, due)


def _due(session: Session) -> int:
    """Return after how many steps all that was taken is written."""
    if session.steps_heard == 0:
        return 0
    return session.steps_heard + session.pace.delay_frames + MARGIN_FRAMES


def _finish(session: Session, result: Stepped | Failed) -> Next:
    frame = session.frame
    if frame is None or frame.number != result.frame:
        return session, ()  # of an utterance that is over
    if isinstance(result, Failed):
        return replace(session, frame=None, question=None), (SayFailed(result.message),)
    origin, origins = _origin(session)
    spelling, words = session.spelling.add(result.token, origin / SAMPLE_RATE_HZ)
    said: list[Effect] = [SayWord(word) for word in words]
    if frame.has_audio:
        # Silence of ours is no pause of the speaker's, so it is not told.
        said += [Forget(frame.end), SayStep(session.steps - 1, result.pauses, session.backlog)]
    return _after(tuple(said), replace(session, frame=None, spelling=spelling, origins=origins))


def _origin(session: Session) -> tuple[int, tuple[int, ...]]:
    """Return which audio the model writes about now, and what remains."""
    if len(session.origins) <= session.pace.delay_frames:
        return 0, session.origins
    return session.origins[0], session.origins[1:]


def _proceed(session: Session) -> Next:
    """Answer the marker if all before it is written, and begin the next frame if there is one."""
    if session.frame is not None:
        return session, ()
    said: tuple[Effect, ...] = ()
    question = session.question
    # Before any more audio: who goes on sending would otherwise wait for the answer for ever.
    if question is not None and question.due is not None and _is_written(session, question.due):
        spelling, words = session.spelling.end(session.taken / SAMPLE_RATE_HZ)
        said = (*(SayWord(word) for word in words), SayMarker(question.marker))
        session = replace(session, spelling=spelling, question=None)
    end = _next_end(session)
    if end is None:
        return session, said
    after, effects = _take(session, end)
    return after, (*said, *effects)


def _is_written(session: Session, due: int) -> bool:
    return session.steps >= max(due, session.pace.prefix_frames)


def _next_end(session: Session) -> int | None:
    """Return how far the next frame goes: what the model needs first, then whole frames, then what a marker asks."""
    question = session.question
    end = None
    if session.steps < session.pace.prefix_frames:
        end = session.taken
    elif session.backlog >= FRAME_SAMPLES:
        end = session.taken + FRAME_SAMPLES
    elif question is not None and question.due is None:
        end = session.heard
    elif question is not None:
        end = session.taken
    return end


def _take(session: Session, end: int) -> Next:
    frame = Frame(session.frames + 1, session.taken, end, is_first=session.steps == 0)
    steps = session.steps + 1
    after = replace(
        session,
        taken=end,
        steps=steps,
        steps_heard=steps if frame.has_audio else session.steps_heard,
        origins=(*session.origins, frame.begin),
        frame=frame,
        frames=frame.number,
    )
    question = after.question
    if question is not None and question.due is None and end >= question.end:
        after = replace(after, question=replace(question, due=_due(after)))
    return after, (Take(frame),)


def _after(effects: tuple[Effect, ...], session: Session) -> Next:
    """Go on with the next frame after other effects."""
    proceeded, more = _proceed(session)
    return proceeded, (*effects, *more)


def _abandon(session: Session) -> tuple[Effect, ...]:
    return () if session.frame is None else (Abandon(),)
