"""Words as recognisers send, add to and revise them."""

from earshot.conversation.words import Words


def test_an_answer_follows_the_one_before() -> None:
    words = _heard([(0.0, "tell"), (0.3, "me")], [(0.9, "what"), (1.2, "time")])
    assert words.text() == "tell me what time"


def test_an_answer_that_begins_again_replaces_everything() -> None:
    words = _heard([(0.0, "tell"), (0.3, "me")], [(0.0, "Sell"), (0.3, "me"), (0.6, "two")])
    assert words.text() == "Sell me two"


def test_an_answer_that_begins_in_the_middle_keeps_what_was_before() -> None:
    words = _heard([(0.0, "tell"), (0.3, "me"), (0.6, "wet")], [(0.6, "what"), (0.9, "it"), (1.1, "is")])
    assert words.text() == "tell me what it is"


def test_words_that_start_together_are_all_kept() -> None:
    assert _heard([(0.0, "a"), (0.0, "b"), (0.0, "c")]).text() == "a b c"


def test_going_back_inside_an_answer_replaces_too() -> None:
    assert _heard([(0.0, "one"), (0.5, "too"), (0.0, "One"), (0.5, "two")]).text() == "One two"


def test_spaces_around_words_do_not_matter() -> None:
    assert _heard([(0.0, " Hello"), (0.4, ""), (0.5, "there ")]).text() == "Hello there"


def test_a_recogniser_that_only_adds_replaces_nothing() -> None:
    words = Words()
    words.only_adds()
    for start_s, text in [(0.0, "what"), (0.3, "time")]:
        words.add(start_s, text)
    words.end_answer()
    for start_s, text in [(0.3, "is"), (0.2, "it")]:
        words.add(start_s, text)
    assert words.text() == "what time is it"


def _heard(*answers: list[tuple[float, str]]) -> Words:
    words = Words()
    for answer in answers:
        for start_s, text in answer:
            words.add(start_s, text)
        words.end_answer()
    return words
