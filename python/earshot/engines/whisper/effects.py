"""What a streaming session wants done. Positions are samples at 24 kHz, times seconds, since the utterance began."""

from dataclasses import dataclass

from earshot.streaming.effects import CommonEffect
from earshot.streaming.word import Word


@dataclass(frozen=True, slots=True)
class Job:
    """A stretch of audio in the recogniser; one that `settles` is full and cut in a pause, its words are final."""

    number: int
    begin: int
    end: int
    settles: bool


@dataclass(frozen=True, slots=True)
class Recognise:
    """Give a job to the recogniser; there is never more than one."""

    job: Job


@dataclass(frozen=True, slots=True)
class Answer:
    """Send all words of the utterance, then the marker."""

    marker: int
    words: tuple[Word, ...]


OwnEffect = Recognise | Answer
Effect = OwnEffect | CommonEffect
