"""Kokoro behind HTTP: loads, says one word, mounts its routes."""

import logging
import time

from fastapi import FastAPI, Request, Response

from earshot.engines.kokoro.settings import Settings
from earshot.engines.kokoro.speech import SpeechRequest, answer_speech
from earshot.engines.kokoro.synthesiser import Synthesiser
from earshot.serving import Description, place

_WARM_UP = "Sure."

_log = logging.getLogger(__name__)


class CannotSpeak(RuntimeError):
    """The model is loaded and yet gives no sound."""


class KokoroService:
    """Text to speech; see `earshot.serving.Service`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._loaded: Synthesiser | None = None

    @property
    def _synthesiser(self) -> Synthesiser:
        assert self._loaded is not None, "serving keeps requests away until load has returned"
        return self._loaded

    def load(self) -> None:
        """Load the model and its voices, and say one word.

        Raises:
            FileNotFoundError: the model or a voice is missing.
            BadVoice: a voice has the wrong size.
            BrokenModel: ONNX Runtime cannot load the model.
            CannotSpeak: one word gave no sound.
        """
        settings = self._settings
        started_s = time.perf_counter()
        synthesiser = Synthesiser(settings.model, settings.voices, threads=settings.threads)
        loaded_s = time.perf_counter()
        self._say_one_word(synthesiser)
        said_s = time.perf_counter()
        _log.info("loaded in %.2f s, first word after %.2f s", loaded_s - started_s, said_s - loaded_s)
        self._loaded = synthesiser

    def description(self) -> Description:
        """Say what runs where."""
        planned, loaded = self._settings.device, self._loaded
        device = planned if loaded is None else place(planned, is_on_gpu=loaded.is_on_gpu)
        return Description(device=device, model=self._settings.model_id, build="none")

    def check(self) -> None:
        """Say one word again; raises CannotSpeak."""
        self._say_one_word(self._synthesiser)

    def mount(self, app: FastAPI) -> None:
        """Add OpenAI's speech route and the list of voices."""

        @app.post("/v1/audio/speech")
        async def speak(request: Request, wanted: SpeechRequest) -> Response:
            return await answer_speech(request, self._synthesiser, self._settings.voice, wanted)

        @app.get("/v1/audio/voices")
        async def voices() -> dict[str, object]:
            return {"voices": self._synthesiser.voices}

    async def close(self) -> None:
        """Nothing to stop: the process's end frees the model."""

    def _say_one_word(self, synthesiser: Synthesiser) -> None:
        words = synthesiser.plan(_WARM_UP, self._settings.voice)
        if not words or not any(synthesiser.say(words[0], self._settings.voice, speed=1.0)):
            raise CannotSpeak("the voice model is loaded but its first word is silence")
