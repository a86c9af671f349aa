"""The socket and the HTTP server on it."""

import asyncio
import contextlib
import logging
import socket
import sys
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

_WEBSOCKET_MESSAGE_LIMIT_BYTES = 1 << 20
_OPEN_REQUESTS_GRACE_S = 1


def bind(port: int) -> socket.socket:
    """Listen on 127.0.0.1, on `port` if it is free and on any free port otherwise."""
    try:
        return _bind(port)
    except OSError:
        return _bind(0)


class Server(uvicorn.Server):
    """uvicorn that tells when it listens and leaves the signals to us: its own way ends by raising them again."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(_configuration(app))
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and set `listening`."""
        await super().startup(sockets=sockets)
        self.listening.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave every signal as it is."""
        yield


def _bind(port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":
            # There SO_REUSEADDR would let two processes share the port.
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", port))
        # With SO_REUSEADDR Linux reports some ports as taken only here.
        bound.listen()
    except OSError:
        bound.close()
        raise
    return bound


def _configuration(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        log_level=logging.WARNING,
        access_log=False,
        lifespan="off",
        server_header=False,
        proxy_headers=False,
        ws_max_size=_WEBSOCKET_MESSAGE_LIMIT_BYTES,
        # On loopback compressing audio costs more than it saves.
        ws_per_message_deflate=False,
        # A hang is noticed by main asking /health; a ping missed by a busy process would drop a session that is alive.
        ws_ping_interval=None,
        timeout_graceful_shutdown=_OPEN_REQUESTS_GRACE_S,
    )
