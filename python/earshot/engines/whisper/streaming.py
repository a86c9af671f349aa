"""The WebSocket around a session: carries events in and effects out, decides nothing."""

import asyncio
import logging
from collections.abc import Callable
from typing import assert_never

from fastapi import WebSocket, WebSocketDisconnect, status

from earshot.audio.samples import Samples
from earshot.engines.whisper.effects import (
    Abandon,
    Answer,
    Effect,
    Forget,
    ForgetAll,
    Job,
    Recognise,
    SayFailed,
    SayReady,
)
from earshot.engines.whisper.events import Event, Failed, Recognised
from earshot.engines.whisper.recognition import Recognition
from earshot.engines.whisper.session import Session, next_session
from earshot.engines.whisper.steps import Steps, run_in_steps
from earshot.streaming import messages
from earshot.streaming.inbox import Inbox
from earshot.streaming.recording import Recording
from earshot.streaming.requests import SAMPLE_RATE_HZ, Began, Closed, Heard

Recogniser = Callable[[Samples, bool], Steps[Recognition]]
"""Recognises a sound at 24 kHz; the flag says that more follows."""

_log = logging.getLogger(__name__)


class Streaming:
    """One connection."""

    def __init__(self, socket: WebSocket, recogniser: Recogniser) -> None:
        self._socket = socket
        self._recogniser = recogniser
        self._session = Session()
        self._recording = Recording()
        self._inbox = Inbox[Recognised | Failed](socket)
        self._recognising: asyncio.Task[None] | None = None
        self._is_over = False

    async def run(self) -> None:
        """Serve the connection from its handshake to its end."""
        await self._socket.accept()
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

    async def _handle(self, event: Event | Samples) -> None:
        if not isinstance(event, Event):
            self._recording.append(event)
            event = Heard(len(event))
        self._session, effects = next_session(self._session, event)
        for effect in effects:
            await self._do(effect)
        self._inbox.pace_reading(self._session.backlog)
        self._is_over = self._is_over or isinstance(event, Closed)

    async def _do(self, effect: Effect) -> None:
        match effect:
            case SayReady():
                await self._socket.send_bytes(messages.ready())
            case Recognise(job):
                sound = self._recording.between(job.begin, job.end)
                self._recognising = asyncio.create_task(self._recognise(job, sound), name=f"recognition {job.number}")
            case Abandon():
                self._abandon()
            case Forget(before):
                self._recording.forget(before)
            case ForgetAll():
                self._recording.forget_all()
            case Answer(marker, words):
                for word in messages.words(words):
                    await self._socket.send_bytes(word)
                await self._socket.send_bytes(messages.marker(marker))
            case SayFailed(message):
                await self._socket.send_bytes(messages.error(message))
                await self._socket.close(status.WS_1011_INTERNAL_ERROR)
                self._is_over = True
            case _:
                assert_never(effect)

    def _abandon(self) -> None:
        if self._recognising is not None:
            self._recognising.cancel()
            self._recognising = None

    async def _recognise(self, job: Job, sound: Samples) -> None:
        event: Recognised | Failed
        try:
            recognition = await run_in_steps(self._recogniser(sound, job.settles))
        except Exception as fault:
            _log.exception("a recognition failed")
            event = Failed(job.number, f"Recognition failed: {fault}")
        else:
            event = _recognised(job, recognition)
        await self._inbox.put(event)


def _recognised(job: Job, recognition: Recognition) -> Recognised:
    """Count samples and seconds from the utterance's beginning instead of the job's."""
    begin_s = job.begin / SAMPLE_RATE_HZ
    words = tuple(word.later(begin_s) for segment in recognition.segments for word in segment.words)
    if recognition.rest_s is None:
        return Recognised(job.number, words, until=job.end)
    return Recognised(job.number, words, until=min(job.begin + round(recognition.rest_s * SAMPLE_RATE_HZ), job.end))
