"""Which words count as spoken when a sentence is cut off."""

import pytest
from earshot.conversation.spoken_words import Pace, Sentence

TEXT = "one two three four five"  # 23 characters


def test_words_follow_the_audio() -> None:
    sentence = Sentence(tuple(TEXT.split()))
    sentence, first = sentence.hear(0.79, Pace(0.1))
    sentence, second = sentence.hear(0.6, Pace(0.1))
    assert (first, second) == (("one",), ("two",))
    assert sentence.rest() == ("three", "four", "five")


def test_the_last_word_waits_for_the_end_however_slow_the_voice_is() -> None:
    sentence, words = Sentence(tuple(TEXT.split())).hear(60.0, Pace(0.1))
    assert words == ("one", "two", "three", "four")
    assert sentence.rest() == ("five",)


def test_the_pace_is_learnt() -> None:
    pace = Pace(0.1)
    for _ in range(20):
        pace = pace.learn(TEXT, 0.05 * len(TEXT))
    assert pace.character_s == pytest.approx(0.05, abs=0.001)


def test_a_sentence_without_sound_teaches_nothing() -> None:
    assert Pace(0.1).learn("", 1.0) == Pace(0.1).learn(TEXT, 0.0) == Pace(0.1)
