"""Who may talk to a process: main with this launch's token, and no web page."""

import hmac
from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from earshot.serving.errors import refuse


class LoopbackOnly:
    """ASGI wrapper around everything, WebSockets included: exact Host, no Origin, the token.

    Host and Origin are checked because a page can reach 127.0.0.1 as well: by DNS rebinding (its Host is the page's
    name) or directly (a browser then always sends Origin, which no client of ours does).
    """

    def __init__(self, app: ASGIApp, *, token: str, port: int) -> None:
        self._app = app
        self._token = token.encode()
        self._host = f"127.0.0.1:{port}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on or refuse it with 401 or 403 (a WebSocket before it is accepted)."""
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        if _values(headers, b"host") != [self._host]:
            await refuse(scope, send, HTTPStatus.FORBIDDEN, "foreign-host", "The Host header is not this service.")
        elif _values(headers, b"origin"):
            await refuse(scope, send, HTTPStatus.FORBIDDEN, "foreign-origin", "Web pages may not use this service.")
        elif not hmac.compare_digest(_credential(headers), self._token):
            await refuse(scope, send, HTTPStatus.UNAUTHORIZED, "bad-token", "The token is missing or wrong.")
        else:
            await self._app(scope, receive, send)


def _values(headers: list[tuple[bytes, bytes]], name: bytes) -> list[bytes]:
    return [value for key, value in headers if key == name]


def _credential(headers: list[tuple[bytes, bytes]]) -> bytes:
    """Return the token a request carries: OpenAI's header, or moshi-server's; empty without either."""
    for value in _values(headers, b"authorization"):
        scheme, _, credential = value.partition(b" ")
        if scheme.lower() == b"bearer":
            return credential
    return next(iter(_values(headers, b"kyutai-api-key")), b"")
