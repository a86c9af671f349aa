"""What happens to a streaming session. Positions are samples at 24 kHz, times seconds, since the utterance began."""

from dataclasses import dataclass

from earshot.engines.whisper.transcript import Word


@dataclass(frozen=True, slots=True)
class Began:
    """The client connected or said Init: an utterance begins."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Audio came in."""

    samples: int


@dataclass(frozen=True, slots=True)
class Asked:
    """The client wants the words up to here."""

    marker: int


@dataclass(frozen=True, slots=True)
class Closed:
    """The client is gone."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """A job is done: the words up to `until`, which is beyond its begin."""

    job: int
    words: tuple[Word, ...]
    until: int


@dataclass(frozen=True, slots=True)
class Failed:
    """A job broke."""

    job: int
    message: str


@dataclass(frozen=True, slots=True)
class Garbled:
    """The client said something outside the protocol."""

    message: str


Event = Began | Heard | Asked | Closed | Garbled | Recognised | Failed
