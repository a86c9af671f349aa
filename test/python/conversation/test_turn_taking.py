"""The turn-taking machine: every state with every event, and the conversations people really have."""

import pytest
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
from earshot.conversation.turn_taking import Idle, Lost, Pausing, Speaking, State, is_deciding, next_step

STARTED = SpeechStarted(1_000)
PAUSED = SpeechPaused(2_192, 2_000)
PASSED = AudioPassed(2_224)
SILENT = AudioPassed(5_000)
COMPLETE = Judged(4, complete=True)
INCOMPLETE = Judged(4, complete=False)
STALE_VERDICT = Judged(3, complete=True)
WORDS = Transcribed(4, "Hello there.")
NO_WORDS = Transcribed(4, " ")
STALE_WORDS = Transcribed(3, "Hello")
PARTIAL = Understood(2, "Hello")
NOTHING_YET = Understood(2, " ")
FAILED = TranscriberFailed("it closed the connection")
TYPED = Question("What time is it?")

ASKED = Pausing(4, 2_000)
UNDECIDED = Pausing(4, 2_000, complete=False)
WAITING_FOR_WORDS = Pausing(4, 2_000, complete=True)
TRANSCRIBED = Pausing(4, 2_000, transcript="Hello there.")
UNDECIDED_TRANSCRIBED = Pausing(4, 2_000, complete=False, transcript="Hello there.")
NOTHING_SAID = Pausing(4, 2_000, transcript="")

END = EndTurn("Hello there.", 2_000)
BY_VERDICT = NoteComplete(None)
BY_SILENCE = NoteComplete(3_000)
HELLO = TellWords("Hello there.")
ANSWER = AnswerQuestion(TYPED)

TABLE: list[tuple[State, Event, State, tuple[Effect, ...]]] = [
    (Idle(3), STARTED, Speaking(3), (TellSpeechStarted(1_000), OpenTurn())),
    *((Idle(3), event, Idle(3), ()) for event in (PAUSED, PASSED, SILENT, COMPLETE, WORDS, PARTIAL, FAILED)),
    (Idle(3), TYPED, Idle(3), (ANSWER,)),
    (Speaking(3), PAUSED, ASKED, (TellPause(2_192, 2_000), AskBoth(4))),
    (Speaking(3), FAILED, Lost(3), (FailTurn("it closed the connection"),)),
    (Speaking(3), TYPED, Lost(3), (DropTurn(), ANSWER)),
    *((Speaking(3), event, Speaking(3), ()) for event in (STARTED, PASSED, SILENT, STALE_VERDICT, STALE_WORDS)),
    (Speaking(3), PARTIAL, Speaking(3), (TellWords("Hello"),)),
    (Speaking(4, resumed=True), PARTIAL, Speaking(4, resumed=True), (TellWords("Hello"),)),
    (Speaking(3), NOTHING_YET, Speaking(3), ()),
    (Speaking(4, resumed=True), WORDS, Speaking(4, resumed=True), (HELLO,)),
    *((Speaking(4, resumed=True), event, Speaking(4, resumed=True), ()) for event in (NO_WORDS, STALE_WORDS, COMPLETE)),
    (Speaking(4, resumed=True), TYPED, Lost(4), (DropTurn(), ANSWER)),
    (Lost(3), PAUSED, Idle(3), ()),
    (Lost(3), TYPED, Lost(3), (ANSWER,)),
    *(
        (Lost(3), event, Lost(3), ())
        for event in (STARTED, PASSED, SILENT, STALE_VERDICT, STALE_WORDS, PARTIAL, FAILED)
    ),
    *(
        (state, STARTED, Speaking(4, resumed=True), (TellSpeechStarted(1_000),))
        for state in (ASKED, UNDECIDED, WAITING_FOR_WORDS, UNDECIDED_TRANSCRIBED, NOTHING_SAID)
    ),
    (TRANSCRIBED, STARTED, Speaking(4, resumed=True), (HELLO, TellSpeechStarted(1_000))),
    *(
        (state, TYPED, Idle(4), (DropTurn(), ANSWER))
        for state in (ASKED, UNDECIDED, WAITING_FOR_WORDS, TRANSCRIBED, UNDECIDED_TRANSCRIBED, NOTHING_SAID)
    ),
    *(
        (state, event, state, ())
        for state in (ASKED, UNDECIDED, WAITING_FOR_WORDS, TRANSCRIBED, UNDECIDED_TRANSCRIBED, NOTHING_SAID)
        for event in (PAUSED, PASSED, STALE_VERDICT, STALE_WORDS, PARTIAL)
    ),
    (ASKED, COMPLETE, WAITING_FOR_WORDS, (BY_VERDICT,)),
    (ASKED, INCOMPLETE, UNDECIDED, ()),
    (ASKED, WORDS, TRANSCRIBED, ()),
    (ASKED, SILENT, WAITING_FOR_WORDS, (BY_SILENCE,)),
    (UNDECIDED, COMPLETE, UNDECIDED, ()),
    (UNDECIDED, WORDS, UNDECIDED_TRANSCRIBED, (HELLO,)),
    (UNDECIDED, NO_WORDS, Pausing(4, 2_000, complete=False, transcript=" "), ()),
    (UNDECIDED, SILENT, WAITING_FOR_WORDS, (BY_SILENCE,)),
    (WAITING_FOR_WORDS, INCOMPLETE, WAITING_FOR_WORDS, ()),
    (WAITING_FOR_WORDS, WORDS, Idle(4), (END,)),
    (WAITING_FOR_WORDS, NO_WORDS, Idle(4), (DropTurn(),)),
    (WAITING_FOR_WORDS, SILENT, WAITING_FOR_WORDS, ()),
    (TRANSCRIBED, COMPLETE, Idle(4), (BY_VERDICT, END)),
    (TRANSCRIBED, INCOMPLETE, UNDECIDED_TRANSCRIBED, (HELLO,)),
    (NOTHING_SAID, INCOMPLETE, Pausing(4, 2_000, complete=False, transcript=""), ()),
    (TRANSCRIBED, SILENT, Idle(4), (BY_SILENCE, END)),
    (UNDECIDED_TRANSCRIBED, COMPLETE, UNDECIDED_TRANSCRIBED, ()),
    (UNDECIDED_TRANSCRIBED, SILENT, Idle(4), (BY_SILENCE, END)),
    (NOTHING_SAID, COMPLETE, Idle(4), (BY_VERDICT, DropTurn())),
    (NOTHING_SAID, SILENT, Idle(4), (BY_SILENCE, DropTurn())),
    *(
        (state, FAILED, Idle(4), (FailTurn("it closed the connection"),))
        for state in (ASKED, UNDECIDED, WAITING_FOR_WORDS)
    ),
    *((state, FAILED, state, ()) for state in (TRANSCRIBED, UNDECIDED_TRANSCRIBED, NOTHING_SAID)),
]


@pytest.mark.parametrize(("before", "event", "after", "effects"), TABLE)
def test_steps(before: State, event: Event, after: State, effects: tuple[Effect, ...]) -> None:
    assert next_step(before, event) == (after, effects)


@pytest.mark.parametrize(
    ("state", "deciding"),
    [
        (Idle(), False),
        (Speaking(1), False),
        (Lost(1), False),
        (ASKED, True),
        (TRANSCRIBED, True),
        (WAITING_FOR_WORDS, True),
        (UNDECIDED, False),
        (UNDECIDED_TRANSCRIBED, False),
    ],
)
def test_waits_for_answers_only_while_they_matter(state: State, deciding: bool) -> None:
    assert is_deciding(state) is deciding


def test_a_breath_in_the_middle_is_one_turn_with_the_newest_words() -> None:
    ended = _ended(
        SpeechStarted(200),
        SpeechPaused(1_192, 1_000),
        Transcribed(1, "Can you tell me what the"),
        Judged(1, complete=False),
        SpeechStarted(1_800),
        SpeechPaused(2_992, 2_800),
        Judged(2, complete=True),
        Transcribed(1, "Can you tell me what the"),
        Transcribed(2, "Can you tell me what the capital of Italy is?"),
    )
    assert ended == [EndTurn("Can you tell me what the capital of Italy is?", 2_800)]


def test_words_that_come_after_speech_went_on_do_not_end_the_turn() -> None:
    ended = _ended(
        SpeechStarted(200),
        SpeechPaused(1_192, 1_000),
        Judged(1, complete=True),
        SpeechStarted(1_400),
        Transcribed(1, "Can you"),
        AudioPassed(9_000),
    )
    assert ended == []


def test_late_words_of_an_earlier_turn_are_not_told() -> None:
    effects = _effects(
        SpeechStarted(200),
        SpeechPaused(1_192, 1_000),
        Question("What time is it?"),
        SpeechStarted(2_000),
        Transcribed(1, "Can you"),
    )
    assert not [effect for effect in effects if isinstance(effect, TellWords)]


def test_three_seconds_of_silence_end_a_turn_that_sounds_unfinished() -> None:
    unfinished: tuple[Event, ...] = (
        SpeechStarted(200),
        SpeechPaused(1_192, 1_000),
        Judged(1, complete=False),
        Transcribed(1, "And then the"),
    )
    assert _ended(*unfinished, AudioPassed(3_999)) == []
    assert _ended(*unfinished, AudioPassed(4_000)) == [EndTurn("And then the", 1_000)]


def _ended(*events: Event) -> list[EndTurn]:
    return [effect for effect in _effects(*events) if isinstance(effect, EndTurn)]


def _effects(*events: Event) -> list[Effect]:
    state: State = Idle()
    done: list[Effect] = []
    for event in events:
        state, effects = next_step(state, event)
        done += effects
    return done
