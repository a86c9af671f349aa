"""What is read aloud of a reply, and in which pieces."""

import pytest
from earshot.conversation.sentences import SentenceCutter
from earshot.conversation.speakable import as_spoken


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Paris is the **capital** of _France_.", "Paris is the capital of France."),
        ("**Note.", "Note."),
        ("This is bold.**", "This is bold."),
        ("# A title", "A title"),
        ("- one thing", "one thing"),
        ("Use `ls -l` here.", "Use ls -l here."),
        ("See [the page](https://example.org/a_b).", "See the page."),
        ("Great! 🎉👍🏽", "Great!"),
        ("I ❤️ it 🇫🇷.", "I it."),
        ("👩‍👩‍👧", ""),
        ("…", ""),
        ("***", ""),
        ("", ""),
        ("It is 20 °C, or 2 + 2 = 4, for $5 & 10 %.", "It is 20 °C, or 2 + 2 = 4, for $5 & 10 %."),
        ("snake_case stays", "snake_case stays"),
        ("Ça va? Да. 東京。", "Ça va? Да. 東京。"),
        ("two\n lines ", "two lines"),
        ("Is it → this | that?", "Is it this that?"),
    ],
)
async def test_only_what_a_voice_can_say(written: str, spoken: str) -> None:
    assert await as_spoken(written, "sentence") == spoken


async def test_a_sentence_is_ready_at_the_first_character_of_the_next() -> None:
    cutter = SentenceCutter()  # type: ignore[no-untyped-call]
    assert await _cut(cutter, "Dr. Smith paid $29.90. ") == []
    assert await _cut(cutter, "Then") == ["Dr. Smith paid $29.90."]
    assert await _rest(cutter) == "Then"


async def test_the_end_of_a_reply_releases_its_last_sentence() -> None:
    cutter = SentenceCutter()  # type: ignore[no-untyped-call]
    assert await _cut(cutter, "Paris.") == []
    assert await _rest(cutter) == "Paris."
    assert await _rest(cutter) is None


async def test_every_line_of_a_list_is_a_sentence() -> None:
    cutter = SentenceCutter()  # type: ignore[no-untyped-call]
    assert await _cut(cutter, "You need:\n- eggs\n- milk\n") == ["You need:", "- eggs", "- milk"]


async def test_a_sentence_without_end_is_cut_at_a_comma_or_a_space() -> None:
    cutter = SentenceCutter()  # type: ignore[no-untyped-call]
    with_comma = await _cut(cutter, "word " * 40 + "word, and " + "more " * 80)
    assert [len(piece) for piece in with_comma] == [205, 323]


async def _cut(cutter: SentenceCutter, text: str) -> list[str]:
    pieces = [piece.text.strip() async for piece in cutter.aggregate(text)]
    return [piece for piece in pieces if piece]


async def _rest(cutter: SentenceCutter) -> str | None:
    rest = await cutter.flush()
    return None if rest is None else rest.text
