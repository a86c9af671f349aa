"""One process from its launch line to its end: parse, bind, answer /health, load, serve, stop."""

import asyncio
import logging
import sys
from collections.abc import Callable

from earshot.serving.application import application
from earshot.serving.beats import Beats
from earshot.serving.health import Health, State
from earshot.serving.launch import BadLaunchLine, LaunchLine, parse_launch_line, read_launch_line
from earshot.serving.listening import Server, bind
from earshot.serving.service import Service
from earshot.serving.stdio import Events, last_words, watch_lifeline
from earshot.serving.stopping import exit_when_told, leave_now, stop_when_told
from earshot.serving.worker import engine_worker

EXIT_STOPPED = 0
EXIT_LOAD_FAILED = 1
EXIT_BAD_LAUNCH_LINE = 2

_CLOSE_LIMIT_S = 1.5

_log = logging.getLogger(__name__)


def run(make: Callable[[dict[str, object]], Service], *, body_limit_bytes: int) -> int:
    """Serve one engine until SIGTERM; the end of stdin ends the process at once.

    Args:
        make: builds the service from its section of the launch line; raises BadLaunchLine (or any ValueError,
            TypeError or KeyError) when the section cannot be used. Cheap: nothing is bound yet.
        body_limit_bytes: a larger request body is refused with 413.

    Returns:
        The process's exit code: 0 stopped, 1 the engine could not be loaded, 2 bad launch line. A fourth is not
        returned: `EXIT_DEVICE_FAULT` ends the process where the fault is met, in the worker thread.
    """
    events = Events()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    exit_when_told()
    try:
        launch = parse_launch_line(read_launch_line(sys.stdin.fileno()))
        service = make(launch.service)
    except (BadLaunchLine, ValueError, TypeError, KeyError) as fault:
        last_words(f"bad launch line: {fault}")
        return EXIT_BAD_LAUNCH_LINE
    watch_lifeline()
    # Everything is closed by then. Taking a loaded engine apart piece by piece would only keep a quit waiting.
    leave_now(asyncio.run(_serve(service, launch, events, body_limit_bytes)))


async def _serve(service: Service, launch: LaunchLine, events: Events, body_limit_bytes: int) -> int:
    bound = bind(launch.port)
    port: int = bound.getsockname()[1]
    health = Health()
    beats = Beats(events, engine_worker)
    server = Server(
        application(
            service,
            token=launch.token,
            port=port,
            health=health,
            beats=beats,
            worker=engine_worker,
            body_limit_bytes=body_limit_bytes,
        )
    )
    stop_when_told(server)
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    listening = asyncio.create_task(server.listening.wait())
    await asyncio.wait({serving, listening}, return_when=asyncio.FIRST_COMPLETED)
    if not listening.done():
        serving.result()
    events.send("listening", port=port)
    beats.begin()

    health.state = State.WARMING
    loading = asyncio.create_task(engine_worker.run(service.load))
    await asyncio.wait({serving, loading}, return_when=asyncio.FIRST_COMPLETED)
    if not loading.done():
        serving.result()
        # Told to stop while C++ loads a model: it cannot be interrupted, and unwinding under it could crash.
        leave_now(EXIT_STOPPED)
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
        last_words(" ".join(str(fault).split()) or type(fault).__name__)
        return EXIT_LOAD_FAILED
    await _close(service)
    return EXIT_STOPPED


async def _close(service: Service) -> None:
    try:
        await asyncio.wait_for(service.close(), _CLOSE_LIMIT_S)
    except Exception:
        # The process ends anyway, and the system takes back what it held: worth a line, not another exit code.
        _log.exception("the engine did not close cleanly")
