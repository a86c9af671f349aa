"""One process from its launch line to its end: parse, bind, answer /health, load, serve, stop."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from earshot.serving.body import BodyLimit
from earshot.serving.errors import add_error_handlers
from earshot.serving.health import Health, ReadyOnly, State
from earshot.serving.launch import BadLaunchLine, LaunchLine, parse_launch_line, read_launch_line
from earshot.serving.metrics import Measured, Metrics
from earshot.serving.security import LoopbackOnly
from earshot.serving.service import Service
from earshot.serving.stdio import Events, last_words, watch_lifeline
from earshot.serving.worker import engine_worker

EXIT_STOPPED = 0
EXIT_LOAD_FAILED = 1
EXIT_BAD_LAUNCH_LINE = 2

_WEBSOCKET_MESSAGE_LIMIT_BYTES = 1 << 20
_OPEN_REQUESTS_GRACE_S = 1
_CLOSE_LIMIT_S = 1.5
_STOP_LIMIT_S = 4.0
"""The launch shim kills after five seconds; an end of our own choosing keeps exit code 0."""

_log = logging.getLogger(__name__)


def run(make: Callable[[dict[str, object]], Service], *, body_limit_bytes: int) -> int:
    """Serve one engine until SIGTERM; the end of stdin ends the process at once.

    Args:
        make: builds the service from its section of the launch line; raises BadLaunchLine (or any ValueError,
            TypeError or KeyError) when the section cannot be used. Cheap: nothing is bound yet.
        body_limit_bytes: a larger request body is refused with 413.

    Returns:
        The process's exit code: 0 stopped, 1 the engine could not be loaded, 2 bad launch line.
    """
    events = Events()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    _exit_when_told()
    try:
        launch = parse_launch_line(read_launch_line(sys.stdin.fileno()))
        service = make(launch.service)
    except (BadLaunchLine, ValueError, TypeError, KeyError) as fault:
        last_words(f"bad launch line: {fault}")
        return EXIT_BAD_LAUNCH_LINE
    watch_lifeline()
    return asyncio.run(_serve(service, launch, events, body_limit_bytes))


def bind(port: int) -> socket.socket:
    """Bind 127.0.0.1, to `port` if it is free and to any free port otherwise."""
    for wanted in (port, 0):
        bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if sys.platform == "win32":
            # There SO_REUSEADDR would let two processes share the port.
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind(("127.0.0.1", wanted))
            # A second listener on the port shows up here on Linux, not in bind.
            bound.listen()
        except OSError:
            bound.close()
            if wanted == 0:
                raise
        else:
            return bound
    raise AssertionError("unreachable: port 0 either binds or raises")


def application(service: Service, *, token: str, port: int, health: Health, body_limit_bytes: int) -> ASGIApp:
    """Build everything a request passes, outermost first: count, security, body limit, readiness, routes."""
    metrics = Metrics(health)
    routes = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    add_error_handlers(routes)
    health.mount(routes, service)
    metrics.mount(routes)
    service.mount(routes)
    ready = ReadyOnly(routes, health=health)
    limited = BodyLimit(ready, limit_bytes=body_limit_bytes)
    secured = LoopbackOnly(limited, token=token, port=port)
    return Measured(secured, metrics=metrics)


class _Server(uvicorn.Server):
    """uvicorn that tells when it listens and leaves the signals to us: its own way ends by raising them again."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.listening.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _serve(service: Service, launch: LaunchLine, events: Events, body_limit_bytes: int) -> int:
    bound = bind(launch.port)
    port: int = bound.getsockname()[1]
    health = Health()
    app = application(service, token=launch.token, port=port, health=health, body_limit_bytes=body_limit_bytes)
    server = _Server(_configuration(app))
    _stop_when_told(server)
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    await server.listening.wait()
    events.send("listening", port=port)

    health.state = State.WARMING
    loading = asyncio.create_task(engine_worker.run(service.load))
    await asyncio.wait({serving, loading}, return_when=asyncio.FIRST_COMPLETED)
    if not loading.done():
        serving.result()
        # Told to stop while C++ loads a model: it cannot be interrupted, and unwinding under it could crash.
        _leave(EXIT_STOPPED)
    fault = loading.exception()
    if fault is None:
        health.state = State.READY
        _log.info("ready")
    else:
        health.state = State.FAILED
        _log.error("the engine could not be loaded", exc_info=fault)
        server.should_exit = True
    await serving
    if fault is not None:
        last_words(_in_one_line(fault))
        return EXIT_LOAD_FAILED
    await _close(service)
    return EXIT_STOPPED


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


async def _close(service: Service) -> None:
    try:
        await asyncio.wait_for(service.close(), _CLOSE_LIMIT_S)
    except Exception:
        # The process ends anyway, and the system takes back what it held: worth a line, not another exit code.
        _log.exception("the engine did not close cleanly")


def _exit_when_told() -> None:
    def leave(_signal: int, _frame: FrameType | None) -> None:
        raise SystemExit(EXIT_STOPPED)

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, leave)


def _stop_when_told(server: _Server) -> None:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        if not server.should_exit:
            # Whatever holds up the orderly end (a thread that is joined, a request that does not end) is cut off.
            limit = threading.Timer(_STOP_LIMIT_S, _leave, (EXIT_STOPPED,))
            limit.daemon = True
            limit.start()
        server.should_exit = True

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, stop)


def _leave(code: int) -> None:
    sys.stderr.flush()
    os._exit(code)


def _in_one_line(fault: BaseException) -> str:
    return " ".join(str(fault).split()) or type(fault).__name__
