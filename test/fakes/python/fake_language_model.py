"""A language model that says what the test says, behind OpenAI's chat completions."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from fake_http import not_ready, starting
from fake_life import Life


def _sure(_request: dict[str, Any]) -> str:
    return "Sure."


@dataclass(slots=True)
class FakeLanguageModel:
    """Streams its reply word by word.

    Attributes:
        reply: the reply to a request's JSON body.
        first_word_s, word_s: how long the first word and every further one take.
        status: anything but 200 is an error.
        breaks_after: words after which the connection is dropped.
        life: when it dies: before the "word" with this number of a reply.
        requests: the bodies that came and were not refused.
        cut_off: how many clients hung up before the end.
    """

    reply: Callable[[dict[str, Any]], str] = _sure
    first_word_s: float = 0.0
    word_s: float = 0.0
    status: int = 200
    breaks_after: int | None = None
    life: Life = field(default_factory=Life)
    requests: list[dict[str, Any]] = field(default_factory=list)
    cut_off: int = 0

    def says(self, *texts: str) -> None:
        """Answer one request after the other."""
        self.reply = lambda _request: texts[len(self.requests) - 1]

    @asynccontextmanager
    async def serving(self, port: int) -> AsyncIterator[None]:
        """Serve on 127.0.0.1 until the context ends."""
        async with self.life.lived(starting(port, "/v1/chat/completions", self._complete)):
            yield

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        if self.life.refuses_now():
            return not_ready()
        self.requests.append(await request.json())
        if self.status != 200:
            return web.json_response({"error": {"message": "no model"}}, status=self.status)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        try:
            await response.prepare(request)
            await asyncio.sleep(self.first_word_s)
            words = self.reply(self.requests[-1]).split(" ")
            for index, word in enumerate(words):
                if self.life.is_due("word", index):
                    await self.life.end()
                    return response
                if index == self.breaks_after:
                    assert request.transport is not None
                    request.transport.abort()
                    return response
                await response.write(_event(word if index == 0 else f" {word}"))
                await asyncio.sleep(self.word_s)
            if self.life.is_due("word", len(words)):
                await self.life.end()
                return response
            await response.write(b"data: [DONE]\n\n")
        except (asyncio.CancelledError, ConnectionError):
            self.cut_off += 1
            raise
        return response


def _event(text: str) -> bytes:
    chunk = {
        "id": "1",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": "fake",
        "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}],
    }
    return f"data: {json.dumps(chunk)}\n\n".encode()
