"""Kyutai's session around a model that writes what the audio says, run as a process of its own.

The loudest sample of a frame is a token: 0.65 is "A", 0.03 and silence are padding, `FAILS` breaks. Like the real one
it writes six frames later, and it hears a pause in silence.
"""

import sys
import time
from collections import deque
from collections.abc import Sequence

from earshot.audio.samples import Samples
from earshot.engines.kyutai.lane import Taken
from earshot.engines.kyutai.session import Pace
from earshot.engines.kyutai.streaming import Streaming
from earshot.serving import Description, run
from fastapi import FastAPI, WebSocket

PACE = Pace(delay_frames=6, prefix_frames=2, padding=frozenset({0, 3}))
FAILS = 99
_SCALE = 100


class FakeLane:
    """One speaker; each frame takes `frame_s`."""

    def __init__(self, frame_s: float = 0.0) -> None:
        self._frame_s = frame_s
        self._heard: deque[int] = deque()

    def take(self, samples: Samples, *, is_first: bool) -> Taken:
        time.sleep(self._frame_s)
        if is_first:
            self._heard = deque([0] * PACE.delay_frames)
        token = round(float(abs(samples).max(initial=0.0)) * _SCALE)
        if token == FAILS:
            raise RuntimeError("out of memory")
        self._heard.append(token)
        pause = 0.9 if token == 0 else 0.1
        return Taken(self._heard.popleft(), (0.5, 0.5, pause, 0.5))

    def text(self, tokens: Sequence[int]) -> str:
        return "".join(chr(token) for token in tokens)


class FakeKyutai:
    """Has a session and no model."""

    def __init__(self, section: dict[str, object]) -> None:
        frame_s = section["frameSeconds"]
        assert isinstance(frame_s, float)
        self._frame_s = frame_s

    def load(self) -> None: ...

    def check(self) -> None: ...

    def description(self) -> Description:
        return Description(device="cpu", model="fake", build="none")

    def mount(self, app: FastAPI) -> None:
        @app.websocket("/api/asr-streaming")
        async def stream(socket: WebSocket) -> None:
            await socket.accept()
            await Streaming(socket, FakeLane(self._frame_s), PACE).run()

    async def close(self) -> None: ...


if __name__ == "__main__":
    sys.exit(run(FakeKyutai, body_limit_bytes=1000))
