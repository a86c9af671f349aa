"""Kyutai behind HTTP: loads, proves that it computes, mounts its two routes."""

import logging
import time
from typing import Annotated

from fastapi import FastAPI, File, Form, Request, Response, UploadFile, WebSocket, status

from earshot.audio.decoding import decode
from earshot.engines.kyutai.lane import AllLanesTaken
from earshot.engines.kyutai.model import SpeechModel
from earshot.engines.kyutai.session import FRAME_SAMPLES
from earshot.engines.kyutai.settings import Settings
from earshot.engines.kyutai.streaming import Streaming
from earshot.engines.kyutai.transcriptions import Format, answer_transcription
from earshot.serving import Description, place
from earshot.serving.service import TorchMemory
from earshot.streaming import messages
from earshot.streaming.requests import SAMPLE_RATE_HZ

_WARM_UP_FRAMES = 12
_WARM_UP_LONGEST_S = 60
_CHECK_FRAMES = 4
"""0.3 s of sound: whoever speaks meanwhile waits that long on a slow processor."""

_log = logging.getLogger(__name__)


class KyutaiService:
    """Speech to text; see `earshot.serving.Service`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._loaded: SpeechModel | None = None

    @property
    def _model(self) -> SpeechModel:
        assert self._loaded is not None, "serving keeps requests away until load has returned"
        return self._loaded

    def load(self) -> None:
        """Load the model and let it hear the beginning of the warm-up recording.

        Raises:
            FileNotFoundError: a model file or the recording is missing.
            BrokenModel: the model cannot be loaded, or not on this device.
            UnreadableSound: the recording is no sound file.
            NotANumber: it computes nonsense.
        """
        settings = self._settings
        started_s = time.perf_counter()
        model = SpeechModel(
            settings.model,
            device=settings.device,
            precision=settings.precision,
            threads=settings.threads,
            window_s=settings.window_s,
        )
        loaded_s = time.perf_counter()
        self._hear(model, _WARM_UP_FRAMES)
        warm_s = time.perf_counter()
        _log.info("loaded in %.2f s, %d frames in %.2f s", loaded_s - started_s, _WARM_UP_FRAMES, warm_s - loaded_s)
        self._loaded = model

    def description(self) -> Description:
        """Say what runs where."""
        planned, loaded = self._settings.device, self._loaded
        memory = None if loaded is None else loaded.memory_bytes
        return Description(
            device=planned if loaded is None else place(planned, is_on_gpu=loaded.is_on_gpu),
            model=self._settings.model_id,
            build="none" if loaded is None else loaded.build,
            torch=None if memory is None else TorchMemory(allocated_bytes=memory[0], reserved_bytes=memory[1]),
        )

    def check(self) -> None:
        """Hear the beginning of the beginning again, on a lane of its own; raises NotANumber."""
        self._hear(self._model, _CHECK_FRAMES)

    def mount(self, app: FastAPI) -> None:
        """Add the streaming session and OpenAI's transcription route."""

        @app.websocket("/api/asr-streaming")
        async def stream(socket: WebSocket) -> None:
            await self._stream(socket)

        @app.post("/v1/audio/transcriptions")
        async def transcribe(
            request: Request,
            file: Annotated[UploadFile, File()],
            response_format: Annotated[Format, Form()] = "json",
        ) -> Response:
            return await answer_transcription(request, self._model, file, response_format)

    async def close(self) -> None:
        """Nothing to stop: sessions end with their connections, and the process's end frees the model."""

    def _hear(self, model: SpeechModel, frames: int) -> None:
        with self._settings.warmup_audio.open("rb") as file:
            samples = decode(file, sample_rate_hz=SAMPLE_RATE_HZ, longest_s=_WARM_UP_LONGEST_S)
        for index in range(frames):
            begin = index * FRAME_SAMPLES
            model.own_lane.take(samples[begin : begin + FRAME_SAMPLES], is_first=index == 0)

    async def _stream(self, socket: WebSocket) -> None:
        await socket.accept()
        try:
            lane = self._model.open_lane()
        except AllLanesTaken as fault:
            await socket.send_bytes(messages.error(str(fault)))
            await socket.close(status.WS_1013_TRY_AGAIN_LATER)
            return
        try:
            await Streaming(socket, lane, self._model.pace).run()
        finally:
            self._model.close_lane(lane)
