"""OpenAI's transcription route: a sound file in, its words out."""

from functools import partial
from http import HTTPStatus
from typing import Literal

from fastapi import Request, Response, UploadFile
from fastapi.responses import JSONResponse, PlainTextResponse

from earshot.audio.decoding import UnreadableSound, decode
from earshot.engines.kyutai.files import LONGEST_S, transcribe
from earshot.engines.kyutai.lane import AllLanesTaken
from earshot.engines.kyutai.model import SpeechModel
from earshot.serving import ApiError, engine_worker
from earshot.streaming.requests import SAMPLE_RATE_HZ
from earshot.streaming.word import Word

Format = Literal["json", "text", "verbose_json"]

_CLIENT_CLOSED_REQUEST = 499
"""nginx's number for an answer nobody waits for any more."""

_ASK_EVERY_FRAMES = 12


async def answer_transcription(
    request: Request, model: SpeechModel, file: UploadFile, response_format: Format
) -> Response:
    """Transcribe an uploaded file; stops when the client has left.

    Raises:
        ApiError: 400 for something that is not sound, is empty or too long; 503 while too many listen.
    """
    try:
        samples = await engine_worker.run(
            partial(decode, file.file, sample_rate_hz=SAMPLE_RATE_HZ, longest_s=LONGEST_S)
        )
        lane = model.open_lane()
    except UnreadableSound as fault:
        raise ApiError(HTTPStatus.BAD_REQUEST, "unreadable-sound", str(fault)) from fault
    except AllLanesTaken as fault:
        raise ApiError(HTTPStatus.SERVICE_UNAVAILABLE, "busy", str(fault)) from fault
    words: list[Word] = []
    frames = 0
    try:
        async for word in transcribe(lane, model.pace, samples):
            if word is not None:
                words.append(word)
                continue
            frames += 1
            if frames % _ASK_EVERY_FRAMES == 0 and await request.is_disconnected():
                return Response(status_code=_CLIENT_CLOSED_REQUEST)
    finally:
        model.close_lane(lane)
    return written(tuple(words), len(samples) / SAMPLE_RATE_HZ, response_format)


def written(words: tuple[Word, ...], duration_s: float, response_format: Format) -> Response:
    """Write a transcript in one of OpenAI's formats."""
    text = " ".join(word.text for word in words)
    match response_format:
        case "json":
            return JSONResponse({"text": text})
        case "text":
            return PlainTextResponse(text + "\n")
        case "verbose_json":
            return JSONResponse(_verbose(words, text, duration_s))


def _verbose(words: tuple[Word, ...], text: str, duration_s: float) -> dict[str, object]:
    spoken = [{"word": word.text, "start": round(word.start_s, 3), "end": round(word.stop_s, 3)} for word in words]
    # The model writes one word after the other and knows no segments: all of it is one.
    segments = [{"id": 0, "start": spoken[0]["start"], "end": spoken[-1]["end"], "text": text}] if spoken else []
    return {
        "task": "transcribe",
        "language": None,
        "duration": round(duration_s, 3),
        "text": text,
        "segments": segments,
        "words": spoken,
    }
