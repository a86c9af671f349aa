"""OpenAI's transcription route: a sound file in, its words out."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from fastapi import Request, Response, UploadFile
from fastapi.responses import JSONResponse, PlainTextResponse

from earshot.audio.decoding import UnreadableSound
from earshot.engines.whisper.files import read, transcribe
from earshot.engines.whisper.model import SAMPLE_RATE_HZ, SpeechModel, UnknownLanguage
from earshot.engines.whisper.recognition import Recognition
from earshot.engines.whisper.transcript import compression
from earshot.serving import ApiError

Format = Literal["json", "text", "verbose_json"]

_CLIENT_CLOSED_REQUEST = 499
"""nginx's number for an answer nobody waits for any more."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """What is said in a whole file, window by window."""

    duration_s: float
    windows: Sequence[Recognition]

    @property
    def text(self) -> str:
        """Every word."""
        return " ".join(segment.text for window in self.windows for segment in window.segments)

    @property
    def language(self) -> str | None:
        """Code of the language spoken first; None when nobody speaks."""
        return next((window.language for window in self.windows if window.language is not None), None)


async def answer_transcription(
    request: Request, model: SpeechModel, file: UploadFile, language: str | None, response_format: Format
) -> Response:
    """Transcribe an uploaded file; stops when the client has left.

    Raises:
        ApiError: 400 for something that is not sound, is empty or too long, or for an unknown language.
    """
    try:
        model.check_language(language)
        samples = await read(file.file)
    except UnreadableSound as fault:
        raise ApiError(HTTPStatus.BAD_REQUEST, "unreadable-sound", str(fault)) from fault
    except UnknownLanguage as fault:
        raise ApiError(HTTPStatus.BAD_REQUEST, "unknown-language", str(fault)) from fault
    windows: list[Recognition] = []
    async for window in transcribe(model, samples, language=language):
        if await request.is_disconnected():
            return Response(status_code=_CLIENT_CLOSED_REQUEST)
        windows.append(window)
    return written(Transcript(len(samples) / SAMPLE_RATE_HZ, windows), response_format)


def written(transcript: Transcript, response_format: Format) -> Response:
    """Write a transcript in one of OpenAI's formats."""
    match response_format:
        case "json":
            return JSONResponse({"text": transcript.text})
        case "text":
            return PlainTextResponse(transcript.text + "\n")
        case "verbose_json":
            return JSONResponse(_verbose(transcript))


def _verbose(transcript: Transcript) -> dict[str, object]:
    spoken = [(window, segment) for window in transcript.windows for segment in window.segments]
    return {
        "task": "transcribe",
        "language": transcript.language,
        "duration": round(transcript.duration_s, 3),
        "text": transcript.text,
        "segments": [
            {
                "id": index,
                "seek": 0,
                "start": round(segment.start_s, 3),
                "end": round(segment.stop_s, 3),
                "text": segment.text,
                "tokens": segment.tokens,
                "temperature": 0.0,
                "avg_logprob": window.log_probability,
                "compression_ratio": compression(segment.text),
                "no_speech_prob": window.no_speech_probability,
            }
            for index, (window, segment) in enumerate(spoken)
        ],
        "words": [
            {"word": word.text, "start": round(word.start_s, 3), "end": round(word.stop_s, 3)}
            for _, segment in spoken
            for word in segment.words
        ],
    }
