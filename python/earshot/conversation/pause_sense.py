"""Whether a recogniser believes that the speaker has come to a stop, from what it says with every step. Pure."""

from dataclasses import dataclass

_PAUSE_ABOVE = 0.6
_SPEECH_BELOW = 0.4
"""The two limits of Kyutai's own assistant: what lies between them changes nothing, so that it does not waver."""


@dataclass(frozen=True, slots=True)
class PauseSense:
    """What the recogniser believes.

    Attributes:
        is_pausing: the speaker has come to a stop.
        probability: of that, in the latest step.
    """

    is_pausing: bool
    probability: float


def after_step(sense: PauseSense | None, probability: float) -> PauseSense:
    """Return what is believed after one more step."""
    if probability > _PAUSE_ABOVE:
        return PauseSense(True, probability)
    if probability < _SPEECH_BELOW:
        return PauseSense(False, probability)
    return PauseSense(sense is not None and sense.is_pausing, probability)
