"""The WebSocket around a session: carries events in and effects out, decides nothing."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import assert_never

from fastapi import WebSocket, WebSocketDisconnect, status

from earshot.audio.samples import Samples, resampled
from earshot.engines.whisper import messages
from earshot.engines.whisper import model as whisper
from earshot.engines.whisper.recognition import Recognition
from earshot.engines.whisper.recording import Recording
from earshot.engines.whisper.session import (
    SAMPLE_RATE_HZ,
    Abandon,
    Answer,
    Asked,
    Began,
    Closed,
    Effect,
    Event,
    Failed,
    Forget,
    ForgetAll,
    Heard,
    Job,
    Recognise,
    Recognised,
    SayFailed,
    SayReady,
    Session,
    next_session,
)
from earshot.engines.whisper.steps import Steps, run_in_steps

Recogniser = Callable[[Callable[[], Samples], bool], Steps[Recognition]]
"""Recognises a sound at 16 kHz; the flag says that more follows."""

_WAITING_EVENTS = 64
_MOST_BACKLOG_SAMPLES = 15 * 60 * SAMPLE_RATE_HZ
"""A client may send faster than anybody speaks; beyond this (86 MB) it is not read until words have settled."""

_log = logging.getLogger(__name__)


class Streaming:
    """One connection. `run` returns when it is over."""

    def __init__(self, socket: WebSocket, recogniser: Recogniser) -> None:
        self._socket = socket
        self._recogniser = recogniser
        self._session = Session()
        self._recording = Recording()
        self._events: asyncio.Queue[Event | Samples] = asyncio.Queue(_WAITING_EVENTS)
        self._may_read = asyncio.Event()
        self._recognising: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Serve the connection from its handshake to its end."""
        await self._socket.accept()
        reading = asyncio.create_task(self._read())
        try:
            # Like moshi-server: the first utterance begins with the connection.
            await self._handle(Began())
            while not isinstance(event := await self._events.get(), Closed):
                await self._handle(event)
            await self._handle(event)
        except WebSocketDisconnect:
            await self._handle(Closed())
        finally:
            reading.cancel()
            self._abandon()
'''+''
