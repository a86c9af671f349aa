"""The session's machine: every event in every state, and what a client can rely on."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from earshot.engines.whisper.effects import Answer, Effect, Job, Recognise
from earshot.engines.whisper.events import Event, Failed, Recognised
from earshot.engines.whisper.session import WINDOW_SAMPLES, Question, Session, next_session
from earshot.streaming.effects import Abandon, Forget, ForgetAll, SayFailed, SayReady
from earshot.streaming.requests import SAMPLE_RATE_HZ, Asked, Began, Closed, Garbled, Heard
from earshot.streaming.word import Word

SECOND = SAMPLE_RATE_HZ
HELLO = Word("Hello", 0.2, 0.6)
THERE = Word("there.", 0.6, 1.0)

ANSWERING_JOB = Job(4, 0, SECOND, settles=False)
SETTLING_JOB = Job(4, 0, WINDOW_SAMPLES, settles=True)

STATES = {
    "silent": Session(jobs=3),
    "listening": Session(heard=SECOND, jobs=3),
    "answering": Session(heard=SECOND, question=Question(1, SECOND), job=ANSWERING_JOB, jobs=4),
    "settling": Session(heard=WINDOW_SAMPLES + SECOND, job=SETTLING_JOB, jobs=4),
    "settling to answer": Session(
        heard=WINDOW_SAMPLES + SECOND, question=Question(1, WINDOW_SAMPLES + SECOND), job=SETTLING_JOB, jobs=4
    ),
}

EVENTS: dict[str, Event] = {
    "began": Began(),
    "heard": Heard(SECOND),
    "asked": Asked(2),
    "recognised": Recognised(4, (HELLO,), until=SECOND),
    "recognised in vain": Recognised(2, (HELLO,), until=SECOND),
    "failed": Failed(4, "out of memory"),
    "garbled": Garbled("not msgpack"),
    "closed": Closed(),
}

ANEW = (ForgetAll(), SayReady())
REST = Job(5, SECOND, SECOND + WINDOW_SAMPLES, settles=False)
TABLE: dict[str, dict[str, tuple[Effect, ...]]] = {
    "silent": {
        "began": ANEW,
        "heard": (),
        "asked": (Answer(2, ()),),
        "recognised": (),
        "recognised in vain": (),
        "failed": (),
        "garbled": (SayFailed("not msgpack"),),
        "closed": (),
    },
    "listening": {
        "began": ANEW,
        "heard": (),
        "asked": (Recognise(Job(4, 0, SECOND, settles=False)),),
        "recognised": (),
        "recognised in vain": (),
        "failed": (),
        "garbled": (SayFailed("not msgpack"),),
        "closed": (),
    },
    "answering": {
        "began": (Abandon(), *ANEW),
        "heard": (),
        "asked": (Abandon(), Recognise(Job(5, 0, SECOND, settles=False))),
        "recognised": (Answer(1, (HELLO,)),),
        "recognised in vain": (),
        "failed": (SayFailed("out of memory"),),
        "garbled": (Abandon(), SayFailed("not msgpack")),
        "closed": (Abandon(),),
    },
    "settling": {
        "began": (Abandon(), *ANEW),
        "heard": (),
        "asked": (),
        "recognised": (Forget(SECOND),),
        "recognised in vain": (),
        "failed": (SayFailed("out of memory"),),
        "garbled": (Abandon(), SayFailed("not msgpack")),
        "closed": (Abandon(),),
    },
    "settling to answer": {
        "began": (Abandon(), *ANEW),
        "heard": (),
        "asked": (),
        "recognised": (Forget(SECOND), Recognise(REST)),
        "recognised in vain": (),
        "failed": (SayFailed("out of memory"),),
        "garbled": (Abandon(), SayFailed("not msgpack")),
        "closed": (Abandon(),),
    },
}


@pytest.mark.parametrize(("state", "event"), [(state, event) for state in STATES for event in EVENTS])
def test_every_event_in_every_state(state: str, event: str) -> None:
    _, effects = next_session(STATES[state], EVENTS[event])
    assert effects == TABLE[state][event]


def test_an_answer_has_the_words_of_the_whole_utterance() -> None:
    session = Session(heard=40 * SECOND, settled=20 * SECOND, words=(HELLO,), jobs=1)
    session, _ = next_session(session, Asked(7))
    _, effects = next_session(session, Recognised(2, (THERE,), until=40 * SECOND))
    assert effects == (Answer(7, (HELLO, THERE)),)


def test_words_answered_are_not_final_until_the_utterance_has_gone_on() -> None:
    session = _after([Heard(SECOND), Asked(1), Recognised(1, (HELLO,), until=SECOND)])
    assert (session.words, session.settled, session.question) == ((), 0, None)


def test_a_newer_marker_takes_the_place_of_an_older_one_even_while_words_settle() -> None:
    session = _after([Heard(WINDOW_SAMPLES + SECOND), Asked(1), Heard(SECOND), Asked(2)])
    assert session.question == Question(2, WINDOW_SAMPLES + 2 * SECOND)
    assert session.job == Job(1, 0, WINDOW_SAMPLES, settles=True)


def test_results_of_an_abandoned_job_are_dropped() -> None:
    events: list[Event] = [Heard(SECOND), Asked(1), Heard(SECOND), Asked(2)]
    assert next_session(_after(events), Recognised(1, (HELLO,), until=SECOND))[1] == ()
    _, effects = next_session(_after(events), Recognised(2, (HELLO,), until=2 * SECOND))
    assert effects == (Answer(2, (HELLO,)),)


def test_results_from_before_an_init_are_dropped() -> None:
    session = _after([Heard(SECOND), Asked(1), Began(), Heard(SECOND), Asked(1)])
    assert next_session(session, Recognised(1, (HELLO,), until=SECOND))[1] == ()
    assert next_session(session, Recognised(2, (THERE,), until=SECOND))[1] == (Answer(1, (THERE,)),)


def test_a_marker_right_after_another_one_asks_for_nothing_twice() -> None:
    session = Session(heard=SECOND, settled=SECOND, words=(HELLO,))
    assert next_session(session, Asked(3))[1] == (Answer(3, (HELLO,)),)


def test_where_whisper_stopped_early_the_rest_is_recognised_before_the_answer() -> None:
    session = _after([Heard(3 * SECOND), Asked(1)])
    session, effects = next_session(session, Recognised(1, (HELLO,), until=SECOND))
    assert effects == (Forget(SECOND), Recognise(Job(2, SECOND, 3 * SECOND, settles=False)))
    assert next_session(session, Recognised(2, (THERE,), until=3 * SECOND))[1] == (Answer(1, (HELLO, THERE)),)


def test_the_first_word_never_starts_later_than_it_did_before() -> None:
    """A client replaces what starts at the first word or later: an earlier one would stay and be there twice."""
    session = _after([Heard(SECOND), Asked(1), Recognised(1, (HELLO,), until=SECOND), Heard(SECOND), Asked(2)])
    later = replace(HELLO, start_s=0.3)
    _, effects = next_session(session, Recognised(2, (later, THERE), until=2 * SECOND))
    assert effects == (Answer(2, (HELLO, THERE)),)


def test_ten_minutes_of_speech_settle_window_by_window_and_keep_the_work_of_a_marker_small() -> None:
    session = Session()
    forgotten = 0
    for second in range(600):
        session, effects = next_session(session, Heard(SECOND))
        for effect in effects:
            assert isinstance(effect, Recognise)
            until = effect.job.end - 5 * SECOND
            session, after = next_session(session, Recognised(effect.job.number, (_word(second),), until))
            assert after == (Forget(until),)
            forgotten = until
        assert session.backlog <= WINDOW_SAMPLES
    assert forgotten > 560 * SECOND
    assert len(session.words) == 25
    session, effects = next_session(session, Asked(9))
    (recognise,) = effects
    assert isinstance(recognise, Recognise)
    assert recognise.job.end - recognise.job.begin <= WINDOW_SAMPLES


def test_a_backlog_is_worked_off_before_the_marker_is_answered() -> None:
    session = _after([Heard(100 * SECOND), Asked(1)])
    jobs = []
    while session.job is not None:
        jobs.append(session.job)
        until = session.job.end - (2 * SECOND if session.job.settles else 0)
        session, effects = next_session(session, Recognised(session.job.number, (_word(len(jobs)),), until))
    assert [job.settles for job in jobs] == [True, True, True, False]
    assert effects == (Answer(1, tuple(_word(number) for number in (1, 2, 3, 4))),)


def _after(events: Sequence[Event]) -> Session:
    session = Session()
    for event in events:
        session, _ = next_session(session, event)
    return session


def _word(number: int) -> Word:
    return Word(f"word{number}", float(number), number + 0.5)
