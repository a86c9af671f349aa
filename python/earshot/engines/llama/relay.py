"""One request handed through to llama.cpp's server, for as long as its client is there."""

import asyncio
import time
from http import HTTPStatus

import httpx2
from fastapi import Response
from starlette.types import Receive, Scope, Send

from earshot.serving import ApiError

_CODES = {"exceed_context_size_error": "context_length_exceeded"}
"""llama.cpp's error types that have a code in OpenAI's API."""


class Progress:
    """How many replies are under way, and how many pieces of replies have come so far."""

    def __init__(self) -> None:
        self.replies = 0
        self.chunks = 0
        self._moved_s = 0.0

    def begin(self) -> None:
        """A reply is under way. The model has one place, so a second one waits for the pieces of the first."""
        if self.replies == 0:
            self._moved_s = time.monotonic()
        self.replies += 1

    def move(self) -> None:
        """A piece of a reply has come."""
        self.chunks += 1
        self._moved_s = time.monotonic()

    def end(self) -> None:
        """A reply is over, or nobody wants it any more."""
        self.replies -= 1
        self._moved_s = time.monotonic()

    @property
    def still_s(self) -> float:
        """For how long nothing has come of the replies under way; 0 while there are none. For any thread."""
        return time.monotonic() - self._moved_s if self.replies > 0 else 0.0


class Relay(Response):
    """The answer of llama.cpp's server, byte by byte as it comes; the client's end ends the decoding as well."""

    def __init__(self, client: httpx2.AsyncClient, path: str, body: bytes, progress: Progress) -> None:
        super().__init__()
        self._client = client
        self._path = path
        self._body = body
        self._progress = progress

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, unless the client leaves first: then the upstream connection is closed, which cancels the work."""
        self._progress.begin()
        answering = asyncio.create_task(self._answer(send))
        leaving = asyncio.create_task(_until_gone(receive))
        try:
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._progress.end()
            leaving.cancel()
            answering.cancel()
            await asyncio.wait({answering, leaving})
        if not answering.cancelled():
            answering.result()

    async def _answer(self, send: Send) -> None:
        headers = {"content-type": "application/json"}
        try:
            async with self._client.stream("POST", self._path, content=self._body, headers=headers) as upstream:
                if upstream.status_code != HTTPStatus.OK:
                    await upstream.aread()
                    raise _refusal(upstream)
                content_type = upstream.headers["content-type"].encode()
                head = [(b"content-type", content_type), (b"cache-control", b"no-store")]
                await send({"type": "http.response.start", "status": HTTPStatus.OK, "headers": head})
                async for chunk in upstream.aiter_raw():
                    self._progress.move()
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                await send({"type": "http.response.body", "body": b""})
        except httpx2.TransportError as fault:
            raise ApiError(HTTPStatus.BAD_GATEWAY, "engine-failed", f"llama.cpp did not answer: {fault}") from fault


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _refusal(upstream: httpx2.Response) -> ApiError:
    """Translate llama.cpp's error document, which has its HTTP status where OpenAI's has a code."""
    try:
        error = upstream.json()["error"]
        kind, message = str(error["type"]), str(error["message"])
    except (ValueError, KeyError, TypeError):
        return ApiError(HTTPStatus.BAD_GATEWAY, "engine-failed", f"llama.cpp answered {upstream.status_code}.")
    return ApiError(upstream.status_code, _CODES.get(kind, kind.replace("_", "-")), message)
