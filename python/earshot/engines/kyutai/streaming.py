"""Kyutai's streaming session: what it alone wants done."""

import logging
from functools import partial
from typing import assert_never

from fastapi import WebSocket

from earshot.audio.samples import Samples
from earshot.engines.kyutai.effects import Frame, OwnEffect, SayMarker, SayStep, SayWord, Take
from earshot.engines.kyutai.events import Failed, Stepped
from earshot.engines.kyutai.lane import Lane
from earshot.engines.kyutai.session import Pace, Session, new_session, next_session
from earshot.serving import engine_worker
from earshot.streaming import messages
from earshot.streaming.connection import Connection
from earshot.streaming.word import Word

_log = logging.getLogger(__name__)


class Streaming:
    """One connection, already accepted."""

    def __init__(self, socket: WebSocket, lane: Lane, pace: Pace) -> None:
        self._socket = socket
        self._lane = lane
        self._connection = Connection[Session, Stepped | Failed, OwnEffect](
            socket, new_session(pace), next_session, self._do
        )

    async def run(self) -> None:
        """Serve the connection to its end."""
        await self._connection.run()

    async def _do(self, effect: OwnEffect) -> None:
        match effect:
            case Take(frame):
                sound = self._connection.between(frame.begin, frame.end)
                self._connection.begin(partial(take, self._lane, frame, sound), f"frame {frame.number}")
            case SayWord(word):
                text = self._lane.text(word.tokens).strip()
                said = (Word(text, word.start_s, word.stop_s),) if text else ()
                for message in messages.words(said):
                    await self._socket.send_bytes(message)
            case SayStep(index, pauses, buffered_samples):
                await self._socket.send_bytes(messages.step(index, pauses, buffered_samples=buffered_samples))
            case SayMarker(marker):
                await self._socket.send_bytes(messages.marker(marker))
            case _:
                assert_never(effect)


async def take(lane: Lane, frame: Frame, sound: Samples) -> Stepped | Failed:
    """Give the model one frame, in the worker thread: 80 ms of audio are as much as is ever done in one go."""
    try:
        taken = await engine_worker.run(partial(lane.take, sound, is_first=frame.is_first))
    except Exception as fault:
        _log.exception("a frame failed")
        return Failed(frame.number, f"Recognition failed: {fault}")
    return Stepped(frame.number, taken.token, taken.pauses)
