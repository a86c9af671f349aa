"""Whisper's streaming session: what it alone wants done."""

import logging
from collections.abc import Callable
from functools import partial
from typing import assert_never

from fastapi import WebSocket

from earshot.audio.samples import Samples
from earshot.engines.whisper.effects import Answer, Job, OwnEffect, Recognise
from earshot.engines.whisper.events import Failed, Recognised
from earshot.engines.whisper.recognition import Recognition
from earshot.engines.whisper.session import Session, next_session
from earshot.engines.whisper.steps import Steps, run_in_steps
from earshot.streaming import messages
from earshot.streaming.connection import Connection
from earshot.streaming.requests import SAMPLE_RATE_HZ

Recogniser = Callable[[Samples, bool], Steps[Recognition]]
"""Recognises a sound at 24 kHz; the flag says that more follows."""

_log = logging.getLogger(__name__)


class Streaming:
    """One connection."""

    def __init__(self, socket: WebSocket, recogniser: Recogniser) -> None:
        self._socket = socket
        self._recogniser = recogniser
        self._connection = Connection[Session, Recognised | Failed, OwnEffect](
            socket, Session(), next_session, self._do
        )

    async def run(self) -> None:
        """Serve the connection from its handshake to its end."""
        await self._socket.accept()
        await self._connection.run()

    async def _do(self, effect: OwnEffect) -> None:
        match effect:
            case Recognise(job):
                sound = self._connection.between(job.begin, job.end)
                self._connection.begin(partial(self._recognise, job, sound), f"recognition {job.number}")
            case Answer(marker, words):
                for word in messages.words(words):
                    await self._socket.send_bytes(word)
                await self._socket.send_bytes(messages.marker(marker))
            case _:
                assert_never(effect)

    async def _recognise(self, job: Job, sound: Samples) -> Recognised | Failed:
        try:
            recognition = await run_in_steps(self._recogniser(sound, job.settles))
        except Exception as fault:
            _log.exception("a recognition failed")
            return Failed(job.number, f"Recognition failed: {fault}")
        return _recognised(job, recognition)


def _recognised(job: Job, recognition: Recognition) -> Recognised:
    """Count samples and seconds from the utterance's beginning instead of the job's."""
    begin_s = job.begin / SAMPLE_RATE_HZ
    words = tuple(word.later(begin_s) for segment in recognition.segments for word in segment.words)
    if recognition.rest_s is None:
        return Recognised(job.number, words, until=job.end)
    return Recognised(job.number, words, until=min(job.begin + round(recognition.rest_s * SAMPLE_RATE_HZ), job.end))
