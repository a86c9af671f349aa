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
from earshot.streaming.inbox import Inbox
from earshot.streaming.recording import Recording
from earshot.streaming.requests import Began, Closed, Heard
from earshot.streaming.word import Word

_log = logging.getLogger(__name__)


class Streaming:
    """One connection, already accepted."""

    def __init__(self, socket: WebSocket, lane: Lane, pace: Pace) -> None:
        self._socket = socket
        self._lane = lane
        self._session = new_session(pace)
        self._recording = Recording()
        self._inbox = Inbox[Stepped | Failed](socket)
        self._taking: asyncio.Task[None] | None = None
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
        await self._inbox.put(await take(self._lane, frame, sound))


async def take(lane: Lane, frame: Frame, sound: Samples) -> Stepped | Failed:
    """Give the model one frame, in the worker thread: 80 ms of audio are as much as is ever done in one go."""
    try:
        taken = await engine_worker.run(partial(lane.take, sound, is_first=frame.is_first))
    except Exception as fault:
        _log.exception("a frame failed")
        return Failed(frame.number, f"Recognition failed: {fault}")
    return Stepped(frame.number, taken.token, taken.pauses)
