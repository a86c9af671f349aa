"""One route of a fake engine on a real socket, to be started again and again."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web
from fake_life import Stop

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def starting(port: int, path: str, handler: Handler) -> Callable[[], Awaitable[Stop]]:
    """Return what serves `POST path` on 127.0.0.1 each time it is called, and returns how to stop that."""

    async def start() -> Stop:
        app = web.Application()
        app.router.add_post(path, handler)
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port, reuse_address=True).start()

        async def stop() -> asyncio.Future[None]:
            for site in list(runner.sites):
                await site.stop()
            assert runner.server is not None
            for connection in runner.server.connections:
                if connection.transport is not None:
                    connection.transport.abort()
            # What is being answered ends with it, and may be who has called this.
            return asyncio.ensure_future(runner.cleanup())

        return stop

    return start


def not_ready() -> web.Response:
    """Answer as our services do while they load."""
    return web.json_response({"error": {"message": "It still loads.", "code": "not-ready"}}, status=503)
