"""The WebSocket around a session: carries events in and effects out, decides nothing."""

import asyncio
import logging
from functools import partial
from typing import assert_never

from fastapi import WebSocket, WebSocketDisconnect, status

from earshot.audio.samples import Samples
from earshot.engines.kyutai.effects import (
    Abandon,
    Effect,
    Forget,
    ForgetAll,
    Frame,
    SayFailed,
    SayMarker,
    SayReady,
    SayStep,
    SayWord,
    Take,
)
from earshot.engines.kyutai.events import Event, Failed, Stepped
from earshot.engines.kyutai.lane import Lane
from earshot.engines.kyutai.session import Pace, new_session, next_session
from earshot.serving import engine_worker
from earshot.streaming import messages
from earshot.streaming.recording import Recording
from earshot.streaming.requests import SAMPLE_RATE_HZ, Began, Closed, Garbled, Heard, read_request
from earshot.streaming.word import Word

_WAITING_EVENTS = 64
_MOST_BACKLOG_SAMPLES = 15 * 60 * SAMPLE_RATE_HZ
"""A client may send faster than the model listens: beyond this (86 MB) it is not read until the model has caught up."""

_log = logging.getLogger(__name__)


class Streaming:
    """One connection, already accepted."""

    def __init__(self, socket: WebSocket, lane: Lane, pace: Pace) -> None:
        self._socket = socket
        self._lane = lane
        self._session = new_session(pace)
        self._recording = Recording()
        self._events: asyncio.Queue[Event | Samples] = asyncio.Queue(_WAITING_EVENTS)
        self._may_read = asyncio.Event()
        self._taking: asyncio.Task[None] | None = None
        self._is_over = False

    async def run(self) -> None:
        """Serve the connection to its end."""
        reading = asyncio.create_task(self._read())
        try:
            # Like moshi-server: the first utterance begins with the connection.
            await self._handle(Began())
            while not self._is_over:
                await self._handle(await self._events.get())
        except WebSocketDisconnect:
            _log.info("the client left in the middle of an answer")
        finally:
            reading.cancel()
            self._abandon()

    async def _read(self) -> None:
        while True:
            await self._may_read.wait()
            event = read_request(await self._socket.receive())
            await self._events.put(event)
            if isinstance(event, Closed | Garbled):
                return

    async def _handle(self, event: Event | Samples) -> None:
        if not isinstance(event, Event):
            self._recording.append(event)
            event = Heard(len(event))
        self._session, effects = next_session(self._session, event)
        for effect in effects:
            await self._do(effect)
        if self._session.backlog > _MOST_BACKLOG_SAMPLES:
            self._may_read.clear()
        else:
            self._may_read.set()
        self._is_over = self._is_over or isinstance(event, Closed)

    async def _do(self, effect: Effect) -> None:
        match effect:
            case SayReady():
                await self._socket.send_bytes(messages.ready())
            case Take(frame):
                sound = self._recording.between(frame.begin, frame.end)
                self._taking = asyncio.create_task(self._take(frame, sound), name=f"frame {frame.number}")
            case Abandon():
                self._abandon()
            case Forget(before):
                self._recording.forget(before)
            case ForgetAll():
                self._recording.forget_all()
            case SayWord(word):
                text = self._lane.text(word.tokens).strip()
                said = (Word(text, word.start_s, word.stop_s),) if text else ()
                for message in messages.words(said):
                    await self._socket.send_bytes(message)
            case SayStep(index, pauses, buffered_samples):
                await self._socket.send_bytes(messages.step(index, pauses, buffered_samples=buffered_samples))
            case SayMarker(marker):
                await self._socket.send_bytes(messages.marker(marker))
            case SayFailed(message):
                await self._socket.send_bytes(messages.error(message))
                await self._socket.close(status.WS_1011_INTERNAL_ERROR)
                self._is_over = True
            case _:
                assert_never(effect)

    def _abandon(self) -> None:
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None

    async def _take(self, frame: Frame, sound: Samples) -> None:
        await self._events.put(await take(self._lane, frame, sound))


async def take(lane: Lane, frame: Frame, sound: Samples) -> Stepped | Failed:
    """Give the model one frame, in the worker thread: 80 ms of audio are as much as is ever done in one go."""
    try:
        taken = await engine_worker.run(partial(lane.take, sound, is_first=frame.is_first))
    except Exception as fault:
        _log.exception("a frame failed")
        return Failed(frame.number, f"Recognition failed: {fault}")
    return Stepped(frame.number, taken.token, taken.pauses)
