"""A voice that hums as long as it would have spoken, behind OpenAI's speech route."""

import asyncio
import math
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from fake_http import not_ready, starting
from fake_life import Life

RATE_HZ = 24_000
LEADING_SILENCE_S = 0.05


@dataclass(slots=True)
class FakeVoice:
    """Streams a tone behind a little silence, as synthesised speech begins.

    Attributes:
        character_s: seconds of sound for each character.
        delay_s: how long a sentence takes to begin.
        chunk_s: how long between two chunks of 0.1 s of sound.
        status: anything but 200 is an error; `fails_at` names the request (from 0) it begins with.
        life: when it dies: after so many "bytes" of a sentence's sound, or instead of the "request" with this number.
        tone_hz: what it hums; another voice hums another tone.
        requests: the bodies that came and were not refused.
        cut_off: how many clients hung up before the end.
    """

    character_s: float = 0.02
    delay_s: float = 0.0
    chunk_s: float = 0.0
    status: int = 200
    fails_at: int = 0
    life: Life = field(default_factory=Life)
    tone_hz: int = 220
    requests: list[dict[str, Any]] = field(default_factory=list)
    cut_off: int = 0

    @property
    def sentences(self) -> list[str]:
        """What it was asked to say."""
        return [request["input"] for request in self.requests]

    @asynccontextmanager
    async def serving(self, port: int) -> AsyncIterator[None]:
        """Serve on 127.0.0.1 until the context ends."""
        async with self.life.lived(starting(port, "/v1/audio/speech", self._speak)):
            yield

    async def _speak(self, request: web.Request) -> web.StreamResponse:
        if self.life.refuses_now():
            return not_ready()
        self.requests.append(await request.json())
        if self.life.is_due("request", len(self.requests) - 1):
            await self.life.end()
            return not_ready()
        if self.status != 200 and len(self.requests) > self.fails_at:
            return web.json_response({"error": {"message": "no voice"}}, status=self.status)
        response = web.StreamResponse(headers={"Content-Type": "audio/pcm"})
        try:
            await response.prepare(request)
            await asyncio.sleep(self.delay_s)
            sound = hum(len(self.requests[-1]["input"]) * self.character_s, self.tone_hz)
            last = self.life.left("bytes")
            for start in range(0, len(sound), RATE_HZ // 5):
                await response.write(
                    sound[start : start + RATE_HZ // 5][: None if last is None else max(0, last - start)]
                )
                if self.life.is_due("bytes", min(start + RATE_HZ // 5, len(sound))):
                    await self.life.end()
                    return response
                await asyncio.sleep(self.chunk_s)
        except (asyncio.CancelledError, ConnectionError):
            self.cut_off += 1
            raise
        return response


def hum(duration_s: float, tone_hz: int = 220) -> bytes:
    """Return silence and then a tone: s16le, 24 kHz."""
    silence = bytes(2 * round(LEADING_SILENCE_S * RATE_HZ))
    count = round(duration_s * RATE_HZ)
    tone = (round(8_000 * math.sin(2 * math.pi * tone_hz * index / RATE_HZ)) for index in range(count))
    return silence + struct.pack(f"<{count}h", *tone)
