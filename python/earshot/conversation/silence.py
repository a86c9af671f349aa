"""How much silence a streaming recogniser is sent after a marker, so that it writes its last words. Pure.

A streaming model writes a word some steps after it heard it (6 steps for Kyutai's 1B, 32 for its 2.6B), and a real
moshi-server takes a step only when it is sent audio. Kyutai's own clients send a fixed amount of zeros. Which model it
is cannot be seen from here, so silence goes on until the marker is back, and the server's steps say how fast: what is
sent too much stands between the speaker and the recogniser when the turn goes on.
"""

from earshot.conversation.audio import STEP_SAMPLES

_FIRST_STEPS = 8
"""The 1B's delay and the two steps moshi-server's Python engine adds to it."""

_FIRST_STEPS_UNTOLD = 34
"""The same for the 2.6B, the one model whose server tells no steps."""

_AHEAD_STEPS = 2
"""What lies at the server while it waits for the next: its work is never held up by the way there and back."""


class Silence:
    """Counts what was sent and what was heard of it."""

    def __init__(self) -> None:
        self._sent_samples = 0
        self._steps = 0

    def sent(self, samples: int) -> None:
        """Note that audio was sent, silence or not."""
        self._sent_samples += samples

    def stepped(self) -> None:
        """Note that the recogniser has taken a step."""
        self._steps += 1

    def rest_samples(self, upcoming: int) -> int:
        """Return how many samples complete the last step once `upcoming` more have been sent."""
        return -(self._sent_samples + upcoming) % STEP_SAMPLES

    def first_steps(self) -> int:
        """Return how many steps of silence follow a marker at once."""
        return _FIRST_STEPS if self._steps else _FIRST_STEPS_UNTOLD

    def more_steps(self) -> int:
        """Return how many more are due now."""
        return max(0, _AHEAD_STEPS - (self._sent_samples // STEP_SAMPLES - self._steps))
