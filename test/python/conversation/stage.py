"""The conversation as a real process, between fakes of main and of the three engines on real sockets."""

import socket
import wave
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from fake_language_model import FakeLanguageModel
from fake_main import RATE_HZ, FakeMain
from fake_recogniser import FakeRecogniser
from fake_voice import FakeVoice
from serving.running import Running

SPEECH = Path(__file__).parent / "speech"
STT_TOKEN = "recogniser's token"
CONTEXT_TOKENS = 400
MAX_REPLY_TOKENS = 100
SYSTEM_PROMPT = "You answer in one sentence."


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the fakes are to be found, for as long as the process lives that was told so."""

    stt: int
    llm: int
    tts: int


@dataclass(slots=True)
class Stage:
    """One running conversation process and the engines it knows; each test starts those it wants to be there."""

    process: Running
    ports: Ports
    recogniser: FakeRecogniser = field(default_factory=FakeRecogniser)
    language_model: FakeLanguageModel = field(default_factory=FakeLanguageModel)
    voice: FakeVoice = field(default_factory=FakeVoice)

    @asynccontextmanager
    async def engines(self, *names: str) -> AsyncIterator[None]:
        """Run these engines (`stt`, `llm`, `tts`), or all without names, until the context ends."""
        async with AsyncExitStack() as stack:
            if not names or "stt" in names:
                await stack.enter_async_context(self.recogniser.serving(self.ports.stt))
            if not names or "llm" in names:
                await stack.enter_async_context(self.language_model.serving(self.ports.llm))
            if not names or "tts" in names:
                await stack.enter_async_context(self.voice.serving(self.ports.tts))
            yield

    @asynccontextmanager
    async def main(self, pace: str = "lockstep") -> AsyncIterator[FakeMain]:
        """Connect as main does."""
        async with FakeMain.connected(self.process.port, self.process.token, pace) as main:
            yield main


def free_ports() -> Ports:
    """Find three ports nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
    ports = Ports(*(each.getsockname()[1] for each in sockets))
    for each in sockets:
        each.close()
    return ports


def section(ports: Ports | None = None, patience_s: float = 30.0, **changes: Any) -> dict[str, Any]:
    """Build the conversation's section of the launch line. The models are those that come with pipecat."""
    patience = {"patienceS": patience_s}
    ports = ports or Ports(stt=1, llm=1, tts=1)
    return {
        "stt": {"url": f"ws://127.0.0.1:{ports.stt}/api/asr-streaming", "token": STT_TOKEN, **patience},
        "llm": {
            "url": f"http://127.0.0.1:{ports.llm}/v1",
            "token": "",
            "model": "fake",
            "extraBody": {"reasoning_effort": "none"},
            "contextTokens": CONTEXT_TOKENS,
            **patience,
        },
        "tts": {
            "url": f"http://127.0.0.1:{ports.tts}/v1",
            "token": "voice's token",
            "model": "hum",
            "voice": "any",
            **patience,
        },
        "vadModel": str(files("pipecat.audio.vad") / "data" / "silero_vad.onnx"),
        "turnModel": str(files("pipecat.audio.turn.smart_turn") / "data" / "smart-turn-v3.2-cpu.onnx"),
        "systemPrompt": SYSTEM_PROMPT,
        "maxReplyTokens": MAX_REPLY_TOKENS,
        "temperature": 0,
        **changes,
    }


def speech(*parts: str | float) -> bytes:
    """Put recordings (by name) and silences (in seconds) together: s16le, 16 kHz, half a second of silence before."""
    return b"".join(_parts((0.5, *parts)))


def _parts(parts: tuple[str | float, ...]) -> Iterator[bytes]:
    for part in parts:
        if isinstance(part, str):
            with wave.open(str(SPEECH / f"{part}.wav")) as recording:
                yield recording.readframes(recording.getnframes())
        else:
            yield bytes(2 * round(part * RATE_HZ))
