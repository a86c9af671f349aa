"""What Whisper's tokens say: segments, words, and whether to believe them. Pure."""

import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from earshot.engines.whisper.voicing import Voicing
from earshot.streaming.word import Word

TIMESTAMP_STEP_S = 0.02
_SHORTEST_SPEECH_S = 0.1
_TIMESTAMP_ERROR_S = 0.5

_HIGHEST_COMPRESSION = 2.4
_HIGHEST_NO_SPEECH = 0.6
_LOWEST_LOG_PROBABILITY = -1.0
"""The three limits of OpenAI's own Whisper."""


@dataclass(frozen=True, slots=True)
class Segment:
    """What Whisper sees as one piece of speech; it has at least one word."""

    text: str
    tokens: tuple[int, ...]
    words: tuple[Word, ...]

    @property
    def start_s(self) -> float:
        """When its first word begins, in seconds."""
        return self.words[0].start_s

    @property
    def stop_s(self) -> float:
        """When its last word ends, in seconds."""
        return self.words[-1].stop_s

    def later(self, by_s: float) -> "Segment":
        """Return the segment said `by_s` later."""
        return replace(self, words=tuple(word.later(by_s) for word in self.words))


@dataclass(frozen=True, slots=True)
class Decoded:
    """One decoding of one window.

    Attributes:
        tokens: text and timestamps, without the prompt.
        log_probability: average over the tokens.
        no_speech_probability: what Whisper thinks of there being nothing to hear.
        is_cut_off: the tokens ended because no more were allowed.
    """

    tokens: tuple[int, ...]
    log_probability: float
    no_speech_probability: float
    is_cut_off: bool


class Verdict(Enum):
    """What to do with a decoding."""

    KEEP = auto()
    AGAIN = auto()
    DROP = auto()


def judge(decoded: Decoded, text: str) -> Verdict:
    """Tell words from the ones Whisper makes up: a loop is decoded again, words for noise are dropped."""
    if decoded.no_speech_probability > _HIGHEST_NO_SPEECH and decoded.log_probability < _LOWEST_LOG_PROBABILITY:
        return Verdict.DROP
    if decoded.is_cut_off or compression(text) > _HIGHEST_COMPRESSION:
        return Verdict.AGAIN
    return Verdict.KEEP


def compression(text: str) -> float:
    """Return how many times smaller the text gets: repetitions give high figures."""
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw))


@dataclass(frozen=True, slots=True)
class Span:
    """Text tokens between two timestamps, in seconds; `stop_s` is None where Whisper did not get to say it."""

    tokens: tuple[int, ...]
    start_s: float
    stop_s: float | None


def spans(tokens: Sequence[int], timestamp_begin: int) -> list[Span]:
    """Cut tokens at the timestamps; those from `timestamp_begin` on count in steps of 20 ms."""
    found: list[Span] = []
    text: list[int] = []
    start_s = 0.0
    for token in tokens:
        if token < timestamp_begin:
            text.append(token)
            continue
        time_s = (token - timestamp_begin) * TIMESTAMP_STEP_S
        if text:
            found.append(Span(tuple(text), start_s, time_s))
            text = []
        start_s = time_s
    if text:
        found.append(Span(tuple(text), start_s, None))
    return found


def segments(
    found: Iterable[Span], text_of: Callable[[Sequence[int]], str], voicing: Voicing, *, begin_s: float, end_s: float
) -> tuple[Segment, ...]:
    """Give spans their text and every word its time.

    Args:
        found: spans; their times count from `begin_s`.
        text_of: decodes tokens.
        voicing: of the whole sound.
        begin_s: where in the sound the window begins.
        end_s: where the window ends, and with it a span without an end.

    Returns:
        Segments with times in the sound, without those in which nobody speaks: Whisper fills long pauses with words.
    """
    spoken = []
    for span in found:
        text = text_of(span.tokens).strip()
        start_s = min(begin_s + span.start_s, end_s)
        stop_s = end_s if span.stop_s is None else min(begin_s + span.stop_s, end_s)
        voiced_s = voicing.voiced_s(start_s - _TIMESTAMP_ERROR_S, stop_s + _TIMESTAMP_ERROR_S)
        if text and voiced_s >= _SHORTEST_SPEECH_S:
            spoken.append(_segment(span.tokens, text, voicing, start_s, stop_s))
    return tuple(spoken)


def _segment(tokens: tuple[int, ...], text: str, voicing: Voicing, start_s: float, stop_s: float) -> Segment:
    """Share out a segment's voiced time among its words by their letters.

    Whisper's own alignment would cost each answer 60 to 80 ms on two cores; these times are free and within 0.15 s of
    it (median, p90 0.36 s), and what the words' times decide is only which of them a later answer replaces.
    """
    words = text.split()
    times = voicing.spread([len(word) + 1 for word in words], start_s, stop_s)
    placed = tuple(Word(word, begin_s, end_s) for word, (begin_s, end_s) in zip(words, times, strict=True))
    return Segment(text, tokens, placed)
