"""The conversation as a service: a WebSocket for main, and the turn detector alone for the bench."""

import contextlib
from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request, WebSocket
from starlette.websockets import WebSocketDisconnect, WebSocketState

from earshot.conversation.settings import Settings
from earshot.serving import ApiError, Description, engine_worker

if TYPE_CHECKING:
    from earshot.conversation.client import Clients
    from earshot.conversation.end_of_turn import EndOfTurnDetector, SmartTurn
    from earshot.conversation.session import Means
    from earshot.conversation.transport import Pace
    from earshot.conversation.voice_activity import VoiceDetector

_REPLACED = 4_000
"""Close code for a conversation that a newer connection has taken over."""


class Conversation:
    """See `earshot.serving.Service`. pipecat takes over a second to import, so that is left to `load`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._smart_turn: SmartTurn | None = None
        self._end_of_turn: EndOfTurnDetector | None = None
        self._clients: Clients | None = None
        self._checked_ears: VoiceDetector | None = None
        self._current: WebSocket | None = None

    def load(self) -> None:
        """Load both models and let each judge once."""
        from earshot.conversation.client import Clients
        from earshot.conversation.end_of_turn import BySense, BySound, SmartTurn
        from earshot.conversation.voice_activity import VoiceDetector

        for model in (self._settings.vad_model, self._settings.turn_model):
            if not model.is_file():
                raise FileNotFoundError(f"the model {model} is missing")
        self._smart_turn = SmartTurn(self._settings.turn_model)
        by_sound = BySound(self._smart_turn)
        self._end_of_turn = BySense(by_sound) if self._settings.end_of_turn == "semantic" else by_sound
        self._clients = Clients.open(self._settings)
        self._checked_ears = VoiceDetector(self._settings.vad_model)
        self._means()
        self.check()

    def check(self) -> None:
        """Have both models judge one window. Each conversation has a voice detector of its own; this is nobody's."""
        from earshot.conversation.audio import WINDOW_BYTES

        assert self._smart_turn is not None
        assert self._checked_ears is not None
        self._smart_turn.judge(bytes(WINDOW_BYTES))
        self._checked_ears.hear(bytes(WINDOW_BYTES))

    def description(self) -> Description:
        """Name what listens; the rest is other processes' business."""
        return Description(device="cpu", model="silero-vad+smart-turn-v3.2", build="none")

    def mount(self, app: FastAPI) -> None:
        """Add `/ws` and `/v1/turn`."""

        @app.websocket("/ws")
        async def converse(websocket: WebSocket) -> None:
            await self._converse(websocket)

        @app.post("/v1/turn")
        async def judge_turn(request: Request) -> dict[str, object]:
            audio = await request.body()
            if not audio or len(audio) % 2:
                message = "The body has to be audio: 16-bit samples, 16 kHz, mono."
                raise ApiError(HTTPStatus.BAD_REQUEST, "bad-audio", message)
            assert self._smart_turn is not None
            smart_turn = self._smart_turn
            verdict = await engine_worker.run(lambda: smart_turn.judge(audio))
            return {"complete": verdict.complete, "probability": verdict.probability, "ms": round(verdict.took_ms, 1)}

    async def close(self) -> None:
        """Close the clients: serving has hung up on main, and with that the conversation has ended."""
        if self._clients is not None:
            await self._clients.close()

    async def _converse(self, websocket: WebSocket) -> None:
        from earshot.conversation.session import converse

        # Main has one connection; if it opens another one, it has given up on the first.
        replaced, self._current = self._current, websocket
        if replaced is not None:
            await hang_up(replaced)
        means = await engine_worker.run(self._means)
        await websocket.accept()
        pace: Pace = "lockstep" if websocket.query_params.get("pace") == "lockstep" else "realtime"
        try:
            await converse(websocket, pace, means)
        finally:
            if self._current is websocket:
                self._current = None

    def _means(self) -> "Means":
        from earshot.conversation.session import Means
        from earshot.conversation.voice_activity import VoiceDetector

        assert self._clients is not None
        assert self._end_of_turn is not None
        voice_detector = VoiceDetector(self._settings.vad_model)
        return Means(self._settings, self._clients, voice_detector, self._end_of_turn)


async def hang_up(replaced: WebSocket) -> None:
    """Close a connection that a newer one replaces, unless it is closed or being closed already."""
    if replaced.client_state is WebSocketState.CONNECTED:
        # Whether our own side has closed it is another state, and the server may know better than both.
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):
            await replaced.close(_REPLACED)
