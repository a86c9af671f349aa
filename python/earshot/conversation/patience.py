"""How long a turn waits for an engine that fails in it. Pure; times are seconds of a clock that never goes back."""

from dataclasses import dataclass, replace

from earshot.conversation.faults import FaultKind

MOST_FAILURES = 3
"""A question that has killed its engine three times is not asked again: the engine would be given up for good."""

_LOOK_AGAIN_S = 0.25
"""Between two looks at an engine that is not there. A refused connection costs next to nothing."""

_GROWTH = 4
"""Each failure of an engine that is there waits so much longer: one that is about to end may still answer errors."""


@dataclass(frozen=True, slots=True)
class Patience:
    """What one turn has borne of one engine so far.

    Attributes:
        limit_s: how long an engine may be gone.
        lost_since_s: when it was lost; None while it answers.
        failures: how often it took this turn's work and failed. Not being there is no failure of its own.
        given_up: nobody will bring it back.
    """

    limit_s: float
    lost_since_s: float | None = None
    failures: int = 0
    given_up: bool = False

    @property
    def until_s(self) -> float | None:
        """When patience ends; None while the engine answers."""
        return None if self.lost_since_s is None else self.lost_since_s + self.limit_s

    def after_fault(self, kind: FaultKind, now_s: float) -> tuple["Patience", float | None]:
        """Bear a fault; return for how long to wait before the next attempt, None when there is to be none."""
        failures = self.failures + (kind == "failed")
        lost_since_s = now_s if self.lost_since_s is None else self.lost_since_s
        after = replace(self, lost_since_s=lost_since_s, failures=failures)
        pause_s = _LOOK_AGAIN_S * (_GROWTH ** (failures - 1) if kind == "failed" else 1)
        is_over = (
            kind == "refused"
            or self.given_up
            or failures >= MOST_FAILURES
            or now_s + pause_s >= lost_since_s + self.limit_s
        )
        return after, None if is_over else pause_s

    def after_answer(self, now_s: float) -> tuple["Patience", float | None]:
        """Note that the engine answers; return for how many seconds it was lost, None if it was not."""
        if self.lost_since_s is None:
            return self, None
        return replace(self, lost_since_s=None), now_s - self.lost_since_s
