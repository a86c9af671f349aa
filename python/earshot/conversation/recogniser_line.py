"""The line to the recogniser: opened when it is needed, and kept from turn to turn where the recogniser allows that."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from websockets.exceptions import WebSocketException

from earshot.conversation.recogniser import Answer, Recogniser, RecogniserFailed
from earshot.conversation.settings import SpeechToText
from earshot.conversation.turn_events import Understood

FAULTS = (OSError, TimeoutError, WebSocketException, RecogniserFailed)
"""What a recogniser can do to us."""


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A connection; `listening` reads what comes from it and ends, with a fault of `FAULTS`, when nothing more will."""

    recogniser: Recogniser
    listening: asyncio.Task[None]


class RecogniserLine:
    """At most one connection. What is said on it is told to those who made the line."""

    def __init__(
        self, settings: SpeechToText, answered: Callable[[Answer], None], understood: Callable[[Understood], None]
    ) -> None:
        self._settings = settings
        self._answered = answered
        self._understood = understood
        self._open: OpenLine | None = None

    @property
    def serves_one_turn(self) -> bool:
        """Whether the line is of no use for the next turn."""
        return self._open is not None and self._open.recogniser.serves_one_turn

    async def open(self) -> OpenLine:
        """Return the connection that is there, or another one; raises one of `FAULTS`."""
        if self._open is None or self._open.listening.done() or self.serves_one_turn:
            await self.hang_up()
            recogniser = await Recogniser.open(self._settings)
            listening = asyncio.create_task(recogniser.listen(self._answered, self._understood))
            # Between turns nobody waits for it, and what ended it then is nobody's concern.
            listening.add_done_callback(_look_at)
            self._open = OpenLine(recogniser, listening)
        return self._open

    async def hang_up(self) -> None:
        """Close the connection, if there is one."""
        if self._open is None:
            return
        closing, self._open = self._open, None
        closing.listening.cancel()
        await asyncio.wait({closing.listening})
        with contextlib.suppress(*FAULTS):
            await closing.recogniser.close()


def _look_at(listening: asyncio.Task[None]) -> None:
    if not listening.cancelled():
        listening.exception()
