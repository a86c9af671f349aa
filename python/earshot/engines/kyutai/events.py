"""What happens to a streaming session. Positions are samples at 24 kHz since the utterance began."""

from dataclasses import dataclass

from earshot.streaming.requests import Request


@dataclass(frozen=True, slots=True)
class Stepped:
    """The model has taken a frame.

    Attributes:
        frame: its number.
        token: what the model writes, about an earlier frame.
        pauses: for each of its horizons the probability that the speaker pauses; none for a model without them.
    """

    frame: int
    token: int
    pauses: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """The model could not take a frame."""

    frame: int
    message: str


Event = Request | Stepped | Failed
