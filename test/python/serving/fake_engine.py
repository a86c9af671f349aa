"""A service with switches, run as a process of its own by the tests of serving."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator

from earshot.serving import ApiError, BadLaunchLine, Description, engine_worker, run
from fastapi import FastAPI, Request, WebSocket
from fastapi.responses import StreamingResponse


class FakeEngine:
    """Loads as `load` says (`ok`, `slow`, `fail`), and has one route for each thing serving has to get right."""

    def __init__(self, section: dict[str, object]) -> None:
        if section.get("load") not in {"ok", "slow", "fail"}:
            raise BadLaunchLine('"load" is missing')
        self._load = section["load"]

    def load(self) -> None:
        print("a library prints to stdout")
        if self._load == "slow":
            time.sleep(30)
        if self._load == "fail":
            raise ValueError("the model file\nis not a model")

    def description(self) -> Description:
        return Description(device="cpu", model="fake", build="none")

    def mount(self, app: FastAPI) -> None:
        @app.post("/echo/{name}")
        async def echo(name: str, request: Request) -> dict[str, object]:
            return {"name": name, "bytes": len(await request.body())}

        @app.post("/refuse")
        async def refuse() -> None:
            raise ApiError(400, "context-overflow", "Too much.")

        @app.post("/number")
        async def number(value: int) -> int:
            return value

        @app.post("/break")
        async def break_() -> None:
            raise RuntimeError("broken")

        @app.post("/busy")
        async def busy() -> None:
            await engine_worker.run(lambda: time.sleep(1.5))

        @app.get("/forever")
        async def forever() -> StreamingResponse:
            async def ticks() -> AsyncIterator[bytes]:
                while True:
                    yield b"tick\n"
                    await asyncio.sleep(0.05)

            return StreamingResponse(ticks())

        @app.websocket("/talk")
        async def talk(socket: WebSocket) -> None:
            await socket.accept()
            async for text in socket.iter_text():
                await socket.send_text(text.upper())

    async def close(self) -> None:
        print("closed", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(run(FakeEngine, body_limit_bytes=1000))
