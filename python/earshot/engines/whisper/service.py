"""Whisper behind HTTP: loads, proves that it hears, mounts its two routes."""

import logging
import time
from typing import Annotated

from fastapi import FastAPI, File, Form, Request, Response, UploadFile, WebSocket

from earshot.audio.decoding import decode
from earshot.audio.samples import Samples
from earshot.engines.whisper.model import SAMPLE_RATE_HZ, WINDOW_S, SpeechModel
from earshot.engines.whisper.recognition import Recognition, recognise
from earshot.engines.whisper.settings import Settings
from earshot.engines.whisper.steps import Steps, run_at_once
from earshot.engines.whisper.streaming import Streaming
from earshot.engines.whisper.transcriptions import Format, answer_transcription
from earshot.serving import Description, place
from earshot.streaming.requests import SAMPLE_RATE_HZ as SESSION_RATE_HZ

_log = logging.getLogger(__name__)


class CannotHear(RuntimeError):
    """The model is loaded and yet gives no words for the warm-up recording."""


class WhisperService:
    """Speech to text; see `earshot.serving.Service`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._loaded: SpeechModel | None = None

    @property
    def _model(self) -> SpeechModel:
        assert self._loaded is not None, "serving keeps requests away until load has returned"
        return self._loaded

    def load(self) -> None:
        """Load the model and transcribe the warm-up recording.

        Raises:
            FileNotFoundError: a model file or the recording is missing.
            BrokenModel: CTranslate2 cannot load the model.
            UnknownLanguage: the model does not know the language.
            UnreadableSound: the recording is no sound file.
            CannotHear: it hears no words in the recording.
        """
        settings = self._settings
        started_s = time.perf_counter()
        model = SpeechModel(
            settings.model, device=settings.device, precision=settings.precision, threads=settings.threads
        )
        model.check_language(settings.language)
        loaded_s = time.perf_counter()
        self._hear(model)
        warm_s = time.perf_counter()
        _log.info("loaded in %.2f s, first words after %.2f s", loaded_s - started_s, warm_s - loaded_s)
        self._loaded = model

    def description(self) -> Description:
        """Say what runs where."""
        planned, loaded = self._settings.device, self._loaded
        device = planned if loaded is None else place(planned, is_on_gpu=loaded.is_on_gpu)
        return Description(device=device, model=self._settings.model_id, build="none")

    def check(self) -> None:
        """Hear the warm-up recording again; raises CannotHear."""
        self._hear(self._model)

    def mount(self, app: FastAPI) -> None:
        """Add the streaming session and OpenAI's transcription route."""

        @app.websocket("/api/asr-streaming")
        async def stream(socket: WebSocket) -> None:
            await Streaming(socket, self._recognise).run()

        @app.post("/v1/audio/transcriptions")
        async def transcribe(
            request: Request,
            file: Annotated[UploadFile, File()],
            language: Annotated[str | None, Form()] = None,
            response_format: Annotated[Format, Form()] = "json",
        ) -> Response:
            return await answer_transcription(
                request, self._model, file, language or self._settings.language, response_format
            )

    async def close(self) -> None:
        """Nothing to stop: sessions end with their connections, and the process's end frees the model."""

    def _hear(self, model: SpeechModel) -> None:
        with self._settings.warmup_audio.open("rb") as file:
            samples = decode(file, sample_rate_hz=SAMPLE_RATE_HZ, longest_s=WINDOW_S)
        heard = run_at_once(recognise(model, samples, language=self._settings.language, more_follows=False))
        if not heard.segments:
            raise CannotHear("the speech model is loaded but hears no words in the warm-up recording")

    def _recognise(self, sound: Samples, more_follows: bool) -> Steps[Recognition]:
        return recognise(
            self._model,
            sound,
            sample_rate_hz=SESSION_RATE_HZ,
            language=self._settings.language,
            more_follows=more_follows,
        )
