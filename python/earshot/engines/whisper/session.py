"""One streaming session, pure: what comes in from the client and the recogniser, what is to be done about it.

    Began ─────────────► SayReady; whatever ran is abandoned
    Heard ── 28 s ─────► Recognise (settling: its words are final, its audio is forgotten)
    Asked ─────────────► Recognise (answering: up to the marker), after what has to settle first
    Recognised ────────► Answer, or the next Recognise
    Asked, Began, Closed while answering ► Abandon: the older marker is never answered

All positions are samples at 24 kHz since the client last said Init; times of words are seconds since then.
"""

from dataclasses import dataclass, replace
from math import inf
from typing import assert_never

from earshot.engines.whisper.effects import Answer, Effect, Job, Recognise
from earshot.engines.whisper.events import Event, Failed, Recognised
from earshot.engines.whisper.model import WINDOW_S
from earshot.streaming.effects import Abandon, Forget, ForgetAll, SayFailed, SayReady
from earshot.streaming.requests import SAMPLE_RATE_HZ, Asked, Began, Closed, Garbled, Heard
from earshot.streaming.word import Word

WINDOW_SAMPLES = WINDOW_S * SAMPLE_RATE_HZ


@dataclass(frozen=True, slots=True)
class Question:
    """A marker not yet answered, and where it was asked."""

    marker: int
    end: int


@dataclass(frozen=True, slots=True)
class Session:
    """The session between two events.

    Attributes:
        heard: position of the end of the audio.
        settled: position up to which words are final and the audio is forgotten.
        words: the final ones.
        question: the newest marker, until it is answered.
        job: what the recogniser is at.
        jobs: how many there have been.
        first_start_s: the earliest time told for a first word.
    """

    heard: int = 0
    settled: int = 0
    words: tuple[Word, ...] = ()
    question: Question | None = None
    job: Job | None = None
    jobs: int = 0
    first_start_s: float = inf

    @property
    def backlog(self) -> int:
        """How many samples are kept because their words are not final."""
        return self.heard - self.settled


Next = tuple[Session, tuple[Effect, ...]]


def next_session(session: Session, event: Event) -> Next:
    """Return the session after an event, and what is to be done, in order."""
    match event:
        case Began():
            return Session(jobs=session.jobs), (*_abandon(session), ForgetAll(), SayReady())
        case Heard(samples):
            return _proceed(replace(session, heard=session.heard + samples))
        case Asked(marker):
            return _ask(session, marker)
        case Recognised() | Failed():
            return _finish(session, event)
        case Garbled(message):
            return replace(session, job=None, question=None), (*_abandon(session), SayFailed(message))
        case Closed():
            return replace(session, job=None, question=None), _abandon(session)
        case _:
            assert_never(event)


def _ask(session: Session, marker: int) -> Next:
    asked = replace(session, question=Question(marker, session.heard))
    if session.job is None or session.job.settles:
        return _proceed(asked)  # what settles is needed for any answer
    after, effects = _proceed(replace(asked, job=None))
    return after, (Abandon(), *effects)


def _finish(session: Session, result: Recognised | Failed) -> Next:
    job = session.job
    if job is None or job.number != result.job:
        return session, ()  # abandoned while its result was on the way
    if isinstance(result, Failed):
        return replace(session, job=None, question=None), (SayFailed(result.message),)
    if not job.settles and result.until >= job.end and session.question is not None:
        return _answer(replace(session, job=None), session.question, (*session.words, *result.words))
    settled = replace(session, job=None, settled=result.until, words=(*session.words, *result.words))
    after, effects = _proceed(settled)
    return after, (Forget(result.until), *effects)


def _answer(session: Session, question: Question, words: tuple[Word, ...]) -> Next:
    """Send the whole utterance: a client replaces what starts with the first word or later.

    So the first word must never start later than it did in an earlier answer, or the client would keep that one too.
    """
    if words and words[0].start_s > session.first_start_s:
        words = (replace(words[0], start_s=session.first_start_s), *words[1:])
    first_start_s = words[0].start_s if words else session.first_start_s
    after, effects = _proceed(replace(session, question=None, first_start_s=first_start_s))
    return after, (Answer(question.marker, words), *effects)


def _proceed(session: Session) -> Next:
    """Begin the next job if there is one: full windows first, then what a marker asks for."""
    if session.job is not None:
        return session, ()
    end = session.heard if session.question is None else session.question.end
    if end - session.settled > WINDOW_SAMPLES:
        return _begin(session, session.settled + WINDOW_SAMPLES, settles=True)
    if session.question is None:
        return session, ()
    if end > session.settled:
        return _begin(session, end, settles=False)
    return _answer(session, session.question, session.words)


def _begin(session: Session, end: int, *, settles: bool) -> Next:
    job = Job(session.jobs + 1, session.settled, end, settles)
    return replace(session, job=job, jobs=job.number), (Recognise(job),)


def _abandon(session: Session) -> tuple[Effect, ...]:
    return () if session.job is None else (Abandon(),)
