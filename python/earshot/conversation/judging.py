"""One pause after the other is judged, beside everything else; the newest one counts."""

import asyncio
from collections.abc import Callable

from loguru import logger

from earshot.conversation.end_of_turn import EndOfTurnDetector, Pause
from earshot.conversation.turn_events import Judged


class Judging:
    """Asks the turn detector and tells its verdict."""

    def __init__(self, detector: EndOfTurnDetector, tell: Callable[[Judged], None]) -> None:
        self._detector = detector
        self._tell = tell
        self._judging: asyncio.Task[None] | None = None

    def begin(self, marker: int, pause: Pause) -> None:
        """Have a pause judged, and no other any more."""
        self.stop()
        self._judging = asyncio.create_task(self._judge(marker, pause))

    def stop(self) -> None:
        """Have nothing judged any more."""
        if self._judging is not None:
            self._judging.cancel()

    async def _judge(self, marker: int, pause: Pause) -> None:
        try:
            verdict = await self._detector.judge(pause)
        except Exception:
            logger.exception("the turn detector failed; silence will end the turn")
            self._tell(Judged(marker, complete=False))
        else:
            self._tell(Judged(marker, verdict.complete))
