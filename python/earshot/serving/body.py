"""An upper limit for request bodies, whether their length is announced or not."""

from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from earshot.serving.errors import refuse


class _BodyTooLarge(Exception):
    """Ends the route that reads a body over the limit; the answer has been sent by then."""


class BodyLimit:
    """ASGI wrapper that answers 413 before a body over `limit_bytes` can fill the memory."""

    def __init__(self, app: ASGIApp, *, limit_bytes: int) -> None:
        self._app = app
        self._limit_bytes = limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the announced length at once and count the bytes of a chunked body as they come."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif _announced_bytes(scope) > self._limit_bytes:
            await self._refuse(scope, send)
        else:
            await self._count(scope, receive, send)

    async def _count(self, scope: Scope, receive: Receive, send: Send) -> None:
        received_bytes = 0
        refused = False
        answering = False

        async def counted() -> Message:
            nonlocal received_bytes, refused
            message = await receive()
            received_bytes += len(message.get("body", b""))
            if received_bytes > self._limit_bytes:
                refused = True
                if not answering:
                    await self._refuse(scope, send)
                raise _BodyTooLarge
            return message

        async def unless_refused(message: Message) -> None:
            nonlocal answering
            # FastAPI turns what `counted` raises into an answer of its own: ours is out already.
            if not refused:
                answering = True
                await send(message)

        try:
            await self._app(scope, counted, unless_refused)
        except _BodyTooLarge:
            if answering:
                raise

    async def _refuse(self, scope: Scope, send: Send) -> None:
        limit_mib = self._limit_bytes / (1 << 20)
        message = f"The request's body is larger than {limit_mib:g} MiB."
        await refuse(scope, send, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body-too-large", message)


def _announced_bytes(scope: Scope) -> int:
    """Return Content-Length, or 0 without one: then the bytes are counted as they come."""
    lengths = [value for key, value in scope["headers"] if key == b"content-length"]
    # The HTTP parser has already refused everything that is not a row of digits.
    return int(lengths[0]) if lengths else 0
