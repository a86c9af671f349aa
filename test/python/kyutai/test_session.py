"""The session's machine: every event in every state, and what a client can rely on."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from earshot.engines.kyutai.effects import Effect, Frame, SayMarker, SayStep, SayWord, Take
from earshot.engines.kyutai.events import Event, Failed, Stepped
from earshot.engines.kyutai.session import (
    FRAME_SAMPLES,
    MARGIN_FRAMES,
    Pace,
    Question,
    Session,
    new_session,
    next_session,
)
from earshot.streaming.effects import Abandon, Forget, ForgetAll, SayFailed, SayReady
from earshot.streaming.requests import Asked, Began, Closed, Garbled, Heard

PACE = Pace(delay_frames=2, prefix_frames=0, padding=frozenset({0, 3}))
FRAME = FRAME_SAMPLES
FLUSH = PACE.delay_frames + MARGIN_FRAMES
PAUSES = (0.1, 0.2, 0.3, 0.4)

IDLE = replace(new_session(PACE), frames=4, steps=1, heard=FRAME, taken=FRAME, steps_heard=1, origins=(0,))
AT_WORK = replace(IDLE, frame=Frame(4, 0, FRAME, is_first=True))
ASKED = replace(AT_WORK, question=Question(1, FRAME, due=1 + FLUSH))
STATES = {"fresh": new_session(PACE), "idle": IDLE, "at work": AT_WORK, "asked at work": ASKED}

EVENTS: dict[str, Event] = {
    "began": Began(),
    "heard half a frame": Heard(FRAME // 2),
    "heard a frame": Heard(FRAME),
    "asked": Asked(2),
    "stepped": Stepped(4, 3, PAUSES),
    "stepped in vain": Stepped(2, 3, PAUSES),
    "failed": Failed(4, "out of memory"),
    "failed in vain": Failed(2, "out of memory"),
    "garbled": Garbled("not msgpack"),
    "closed": Closed(),
}

ANEW = (ForgetAll(), SayReady())
STEP = SayStep(0, PAUSES, 0)
TABLE: dict[str, dict[str, tuple[Effect, ...]]] = {
    "fresh": {
        "began": ANEW,
        "heard a frame": (Take(Frame(1, 0, FRAME, is_first=True)),),
        "asked": (SayMarker(2),),
        "garbled": (SayFailed("not msgpack"),),
    },
    "idle": {
        "began": ANEW,
        "heard a frame": (Take(Frame(5, FRAME, 2 * FRAME, is_first=False)),),
        "asked": (Take(Frame(5, FRAME, FRAME, is_first=False)),),
        "garbled": (SayFailed("not msgpack"),),
    },
    "at work": {
        "began": (Abandon(), *ANEW),
        "stepped": (Forget(FRAME), STEP),
        "failed": (SayFailed("out of memory"),),
        "garbled": (Abandon(), SayFailed("not msgpack")),
        "closed": (Abandon(),),
    },
    "asked at work": {
        "began": (Abandon(), *ANEW),
        "stepped": (Forget(FRAME), STEP, Take(Frame(5, FRAME, FRAME, is_first=False))),
        "failed": (SayFailed("out of memory"),),
        "garbled": (Abandon(), SayFailed("not msgpack")),
        "closed": (Abandon(),),
    },
}


@pytest.mark.parametrize(("state", "event"), [(state, event) for state in STATES for event in EVENTS])
def test_every_event_in_every_state(state: str, event: str) -> None:
    _, effects = next_session(STATES[state], EVENTS[event])
    assert effects == TABLE[state].get(event, ())


def test_a_word_is_sent_as_soon_as_it_is_written_with_the_time_it_was_heard() -> None:
    _, effects = _run([Heard(6 * FRAME)], written=[0, 0, 3, 65, 66, 3])
    assert _words(effects) == [((65, 66), 0.08, 0.24)]


def test_a_marker_comes_back_after_the_delay_without_any_audio_of_the_client() -> None:
    session, effects = _run([Heard(3 * FRAME), Asked(9)], written=[3, 3, 3, 65, 66, 3])
    takes = [effect.frame for effect in effects if isinstance(effect, Take)]
    assert [frame.has_audio for frame in takes] == [True] * 3 + [False] * FLUSH
    assert _words(effects) == [((65, 66), 0.08, 0.24)]
    assert effects[-1] == SayMarker(9)
    assert session.question is None


def test_silence_of_ours_is_not_told_as_a_step() -> None:
    _, effects = _run([Heard(3 * FRAME), Asked(9)], written=[])
    assert [effect.index for effect in effects if isinstance(effect, SayStep)] == [0, 1, 2]


def test_audio_that_comes_meanwhile_takes_the_place_of_silence() -> None:
    session, effects = next_session(replace(ASKED, heard=3 * FRAME), Stepped(4, 3, PAUSES))
    assert effects[-1] == Take(Frame(5, FRAME, 2 * FRAME, is_first=False))
    _, said = _finish(session, written=[])
    takes = [effect.frame for effect in said if isinstance(effect, Take)]
    assert [frame.has_audio for frame in takes] == [True] + [False] * (FLUSH - 2)
    assert said[-1] == SayMarker(1)


def test_a_marker_comes_back_in_time_though_audio_goes_on_and_on() -> None:
    session, effects = next_session(replace(ASKED, heard=100 * FRAME), Stepped(4, 3, PAUSES))
    steps = 1
    while SayMarker(1) not in effects:
        assert session.frame is not None
        session, effects = next_session(session, Stepped(session.frame.number, 3, PAUSES))
        steps += 1
    assert steps == 1 + FLUSH
    assert isinstance(effects[-1], Take)
    assert session.question is None


def test_a_word_still_open_when_the_marker_is_due_is_sent_before_it() -> None:
    _, effects = _run([Heard(FRAME), Asked(9)], written=[3, 3, 65, 65, 65])
    assert isinstance(effects[-2], SayWord)
    assert effects[-1] == SayMarker(9)


def test_a_newer_marker_takes_the_place_of_an_older_one() -> None:
    session = _after([Heard(FRAME), Asked(1), Heard(FRAME), Asked(2)])
    _, effects = _finish(session, written=[])
    assert [effect for effect in effects if isinstance(effect, SayMarker)] == [SayMarker(2)]


def test_a_marker_right_after_an_answered_one_is_answered_at_once() -> None:
    session, _ = _run([Heard(FRAME), Asked(1)], written=[])
    assert next_session(session, Asked(2))[1] == (SayMarker(2),)


def test_what_is_left_of_a_frame_is_heard_before_the_marker() -> None:
    _, effects = _run([Heard(FRAME + 100), Asked(1)], written=[])
    assert [(effect.frame.begin, effect.frame.end) for effect in effects if isinstance(effect, Take)][:2] == [
        (0, FRAME),
        (FRAME, FRAME + 100),
    ]


def test_results_from_before_an_init_are_dropped() -> None:
    session = _after([Heard(FRAME), Began(), Heard(FRAME)])
    assert next_session(session, Stepped(1, 65, PAUSES))[1] == ()
    assert session.frame == Frame(2, 0, FRAME, is_first=True)


def test_a_model_that_wants_silence_first_gets_it_before_the_first_sound() -> None:
    pace = replace(PACE, prefix_frames=2)
    session, effects = next_session(new_session(pace), Began())
    assert effects[-1] == Take(Frame(1, 0, 0, is_first=True))
    session, _ = next_session(session, Heard(FRAME))
    _, said = _finish(session, written=[3, 3, 3, 3])
    takes = [effect.frame for effect in said if isinstance(effect, Take)]
    assert [(frame.begin, frame.end) for frame in takes] == [(0, 0), (0, FRAME)]


def test_words_after_silence_of_ours_have_the_times_of_the_audio() -> None:
    session, _ = _run([Heard(FRAME), Asked(1)], written=[])
    session, _ = next_session(session, Heard(4 * FRAME))
    _, effects = _finish(session, written=[3, 3, 65, 3])
    assert _words(effects) == [((65,), 0.08, 0.16)]


def test_minutes_without_a_marker_keep_nothing_but_what_is_owed() -> None:
    session, _ = _run([Heard(3000 * FRAME)], written=[])
    assert (session.backlog, len(session.origins)) == (0, PACE.delay_frames)


def _after(events: Iterable[Event]) -> Session:
    session = new_session(PACE)
    for event in events:
        session, _ = next_session(session, event)
    return session


def _run(events: Iterable[Event], *, written: list[int]) -> tuple[Session, list[Effect]]:
    session = new_session(PACE)
    said: list[Effect] = []
    for event in events:
        session, effects = next_session(session, event)
        said += effects
    session, effects_after = _finish(session, written)
    return session, said + effects_after


def _finish(session: Session, written: list[int]) -> tuple[Session, list[Effect]]:
    """Let the model take frame after frame and write these tokens, then padding."""
    said: list[Effect] = []
    tokens = iter(written)
    while session.frame is not None:
        session, effects = next_session(session, Stepped(session.frame.number, next(tokens, 3), PAUSES))
        said += effects
    return session, said


def _words(effects: Iterable[Effect]) -> list[tuple[tuple[int, ...], float, float]]:
    return [
        (effect.word.tokens, effect.word.start_s, effect.word.stop_s)
        for effect in effects
        if isinstance(effect, SayWord)
    ]
