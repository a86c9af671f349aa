"""OpenAI's speech route: text in, sound out while it is being made."""

from collections.abc import AsyncIterator, Sequence
from functools import partial
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from earshot.audio.samples import to_wav
from earshot.engines.kokoro.synthesiser import SAMPLE_RATE_HZ, Synthesiser
from earshot.serving import ApiError, engine_worker

LONGEST_INPUT = 4_096
"""Characters; OpenAI's limit."""

_CLIENT_CLOSED_REQUEST = 499
"""nginx's number for an answer nobody waits for any more."""


class SpeechRequest(BaseModel):
    """The body. `model` is whatever this process has loaded: the field of that name is not read."""

    model_config = ConfigDict(frozen=True)

    input: str
    voice: str | None = None
    response_format: Literal["pcm", "wav"] = "wav"
    speed: Annotated[float, Field(ge=0.5, le=2.0)] = 1.0


async def answer_speech(
    request: Request, synthesiser: Synthesiser, default_voice: str, wanted: SpeechRequest
) -> Response:
    """Speak: `pcm` (s16le, 24 kHz, mono) is sent piece by piece, `wav` once its length is known.

    When the client leaves, the piece in synthesis is the last one.

    Raises:
        ApiError: 400 for an unknown voice, a text that is too long, or one in which nothing is spoken.
    """
    voice = wanted.voice or default_voice
    _check(wanted, voice, synthesiser.voices)
    plan = await engine_worker.run(partial(synthesiser.plan, wanted.input, voice))
    if not plan:
        message = "There is nothing to say in this text: no word, no number."
        raise ApiError(HTTPStatus.BAD_REQUEST, "nothing-to-say", message)
    spoken = engine_worker.iterate(partial(synthesiser.say_all, plan, voice, wanted.speed))
    if wanted.response_format == "pcm":
        # A failure of the first piece is still an answer with a status of its own.
        first = await anext(spoken)
        return StreamingResponse(_after(first, spoken), media_type="audio/pcm")
    pcm = bytearray()
    async for piece in spoken:
        if await request.is_disconnected():
            return Response(status_code=_CLIENT_CLOSED_REQUEST)
        pcm += piece
    return Response(to_wav(bytes(pcm), sample_rate_hz=SAMPLE_RATE_HZ), media_type="audio/wav")


def _check(wanted: SpeechRequest, voice: str, voices: Sequence[str]) -> None:
    if voice not in voices:
        message = f'There is no voice "{voice[:40]}". There are: {", ".join(voices)}.'
        raise ApiError(HTTPStatus.BAD_REQUEST, "unknown-voice", message)
    if len(wanted.input) > LONGEST_INPUT:
        message = f"The text has {len(wanted.input):,} characters; the limit is {LONGEST_INPUT:,}."
        raise ApiError(HTTPStatus.BAD_REQUEST, "input-too-long", message)


async def _after(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece
