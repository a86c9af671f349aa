"""What Whisper's tokens say, and whether to believe them."""

from collections.abc import Sequence

import numpy as np
import pytest
from earshot.engines.whisper.transcript import Decoded, Span, Verdict, judge, segments, spans
from earshot.engines.whisper.voicing import Voicing

TIME = 1_000
WORDS = {1: " Hello", 2: " there.", 3: " Bye.", 4: " "}


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        ([], []),
        ([TIME, 1, 2, TIME + 100], [Span((1, 2), 0.0, 2.0)]),
        ([TIME, 1, TIME + 50, TIME + 50, 3, TIME + 100], [Span((1,), 0.0, 1.0), Span((3,), 1.0, 2.0)]),
        ([TIME, 1, TIME + 50, TIME + 75, 3, TIME + 100], [Span((1,), 0.0, 1.0), Span((3,), 1.5, 2.0)]),
        ([TIME, 1, 2], [Span((1, 2), 0.0, None)]),
        ([1, 2], [Span((1, 2), 0.0, None)]),
        ([TIME, TIME + 50], []),
    ],
)
def test_tokens_are_cut_at_timestamps(tokens: list[int], expected: list[Span]) -> None:
    assert spans(tokens, TIME) == expected


def test_segments_have_words_with_times() -> None:
    (segment,) = segments([Span((1, 2), 0.0, 1.0)], _text, _speech(0, 10), begin_s=2.0, end_s=9.0)
    assert segment.text == "Hello there."
    # Six letters and seven, with their spaces, share 32 frames from 1.984 s on.
    assert [word.text for word in segment.words] == ["Hello", "there."]
    times = [time for word in segment.words for time in (word.start_s, word.stop_s)]
    assert times == pytest.approx([1.984, 2.473, 2.473, 3.008], abs=0.035)


def test_a_segment_without_an_end_ends_with_the_window() -> None:
    (segment,) = segments([Span((1,), 0.0, None)], _text, _speech(0, 10), begin_s=0.0, end_s=3.2)
    assert segment.stop_s == pytest.approx(3.2)


def test_words_made_up_in_a_pause_are_dropped() -> None:
    found = [Span((1,), 0.0, 1.0), Span((3,), 5.0, 7.0), Span((2,), 9.0, 10.0)]
    kept = segments(found, _text, Voicing(np.array([0.9] * 31 + [0.0] * 240 + [0.9] * 40)), begin_s=0.0, end_s=10.0)
    assert [segment.text for segment in kept] == ["Hello", "there."]


def test_segments_of_spaces_are_dropped() -> None:
    assert segments([Span((4,), 0.0, 1.0)], _text, _speech(0, 10), begin_s=0.0, end_s=10.0) == ()


@pytest.mark.parametrize(
    ("log_probability", "no_speech", "is_cut_off", "text", "verdict"),
    [
        (-0.2, 0.1, False, "What is the capital of France?", Verdict.KEEP),
        (-1.5, 0.3, False, "Stop.", Verdict.KEEP),  # unsure, but Whisper hears somebody
        (-0.4, 0.9, False, "Yes, of course.", Verdict.KEEP),  # sure of every word
        (-1.5, 0.8, False, "I'm sorry.", Verdict.DROP),  # what Whisper says to noise
        (-0.2, 0.1, True, "and so on", Verdict.AGAIN),
        (-0.2, 0.1, False, "a little bit of a little bit of a little bit of a " * 4, Verdict.AGAIN),
        (-0.2, 0.1, False, "No, no, no, no, no!", Verdict.KEEP),
    ],
)
def test_only_words_that_were_said_are_kept(
    log_probability: float, no_speech: float, is_cut_off: bool, text: str, verdict: Verdict
) -> None:
    assert judge(Decoded((1,), log_probability, no_speech, is_cut_off), text) is verdict


def _text(tokens: Sequence[int]) -> str:
    return "".join(WORDS[token] for token in tokens)


def _speech(begin_s: float, end_s: float) -> Voicing:
    probabilities = np.zeros(400, np.float32)
    probabilities[round(begin_s / 0.032) : round(end_s / 0.032)] = 0.9
    return Voicing(probabilities)
