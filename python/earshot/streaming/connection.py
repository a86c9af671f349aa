"""The WebSocket around a session: carries events in and effects out, decides nothing."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, Protocol, TypeVar

import numpy as np
from fastapi import WebSocket, WebSocketDisconnect, status

from earshot.audio.samples import Samples
from earshot.streaming import messages
from earshot.streaming.effects import Abandon, CommonEffect, Forget, ForgetAll, SayFailed, SayReady
from earshot.streaming.inbox import Inbox
from earshot.streaming.recording import Recording
from earshot.streaming.requests import Began, Closed, Heard, Request

_log = logging.getLogger(__name__)


class _Session(Protocol):
    @property
    def backlog(self) -> int:
        """Samples that were heard and not yet worked on."""
        ...


_State = TypeVar("_State", bound=_Session)
_Result = TypeVar("_Result")
_Effect = TypeVar("_Effect")

NextSession = Callable[[_State, Request | _Result], tuple[_State, Sequence[_Effect | CommonEffect]]]
"""Decides: a session and what happens to it, the session after that and what is to be done."""


class Connection(Generic[_State, _Result, _Effect]):
    """One connection, already accepted, and the one piece of work that a session ever has under way.

    Args:
        socket: the connection.
        session: a new one.
        decide: the engine's `next_session`.
        do: does what only this engine's sessions want; what all of them want is done here.
    """

    def __init__(
        self,
        socket: WebSocket,
        session: _State,
        decide: NextSession[_State, _Result, _Effect],
        do: Callable[[_Effect], Awaitable[None]],
    ) -> None:
        self._socket = socket
        self._session = session
        self._decide = decide
        self._do_own = do
        self._recording = Recording()
        self._inbox = Inbox[_Result](socket)
        self._working: asyncio.Task[None] | None = None
        self._is_over = False

    async def run(self) -> None:
        """Serve the connection to its end."""
        reading = asyncio.create_task(self._inbox.read())
        try:
            # Like moshi-server: the first utterance begins with the connection.
            await self._handle(Began())
            while not self._is_over:
                await self._handle(await self._inbox.next())
        except WebSocketDisconnect:
            _log.info("the client left in the middle of an answer")
        finally:
            reading.cancel()
            self._abandon()

    def between(self, begin: int, end: int) -> Samples:
        """Return what was heard between two positions."""
        return self._recording.between(begin, end)

    def begin(self, work: Callable[[], Awaitable[_Result]], name: str) -> None:
        """Begin work whose result the session is told of, unless it gives it up before."""
        self._working = asyncio.create_task(self._work(work), name=name)

    async def _work(self, work: Callable[[], Awaitable[_Result]]) -> None:
        await self._inbox.put(await work())

    async def _handle(self, event: Request | Samples | _Result) -> None:
        if isinstance(event, np.ndarray):
            self._recording.append(event)
            event = Heard(len(event))
        self._session, effects = self._decide(self._session, event)
        for effect in effects:
            await self._do(effect)
        self._inbox.pace_reading(self._session.backlog)
        self._is_over = self._is_over or isinstance(event, Closed)

    async def _do(self, effect: _Effect | CommonEffect) -> None:
        match effect:
            case SayReady():
                await self._socket.send_bytes(messages.ready())
            case Abandon():
                self._abandon()
            case Forget(before):
                self._recording.forget(before)
            case ForgetAll():
                self._recording.forget_all()
            case SayFailed(message):
                await self._socket.send_bytes(messages.error(message))
                await self._socket.close(status.WS_1011_INTERNAL_ERROR)
                self._is_over = True
            case _:
                await self._do_own(effect)

    def _abandon(self) -> None:
        if self._working is not None:
            self._working.cancel()
            self._working = None
