"""What a streaming session wants done. Positions are samples at 24 kHz, times seconds, since the utterance began."""

from dataclasses import dataclass

from earshot.engines.kyutai.spelling import Spelled
from earshot.streaming.effects import CommonEffect


@dataclass(frozen=True, slots=True)
class Frame:
    """80 ms for the model.

    Attributes:
        number: counts on across utterances.
        begin: position of its audio.
        end: where its audio ends; what is missing to a whole frame is silence.
        is_first: the model forgets everything before it.
    """

    number: int
    begin: int
    end: int
    is_first: bool

    @property
    def has_audio(self) -> bool:
        """Is anything of the client's in it, or is it silence of ours?"""
        return self.end > self.begin


@dataclass(frozen=True, slots=True)
class Take:
    """Give a frame to the model; there is never more than one."""

    frame: Frame


@dataclass(frozen=True, slots=True)
class SayWord:
    """Send a word."""

    word: Spelled


@dataclass(frozen=True, slots=True)
class SayStep:
    """Tell the client that a frame of its audio is done, and whether the model hears a pause."""

    index: int
    pauses: tuple[float, ...]
    buffered_samples: int


@dataclass(frozen=True, slots=True)
class SayMarker:
    """Send the marker: all words before it are out."""

    marker: int


OwnEffect = Take | SayWord | SayStep | SayMarker
Effect = OwnEffect | CommonEffect
