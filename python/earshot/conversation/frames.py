"""Frames of ours, beside pipecat's."""

from dataclasses import dataclass

from pipecat.frames.frames import ControlFrame, DataFrame


@dataclass
class ReplyBeginsAgain(ControlFrame):
    """What follows is the same reply from its beginning: the language model was lost in the middle of it."""


@dataclass
class SaidBefore(DataFrame):
    """So much of the reply that follows was heard before the conversation's own process was lost."""

    text: str
