"""A service with switches, run as a process of its own by the tests of serving."""

import asyncio
import ctypes
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator

from earshot.serving import ApiError, BadLaunchLine, Description, engine_worker, run
from fastapi import FastAPI, Request, WebSocket
from fastapi.responses import StreamingResponse

DEAD_DEVICE = "CUDA error: an illegal memory access was encountered\nCUDA kernel errors might be reported elsewhere."


class FakeEngine:
    """Loads as `load` says (`ok`, `slow`, `fail`, `dead`), and has a route for each thing serving has to get right."""

    def __init__(self, section: dict[str, object]) -> None:
        if section.get("load") not in {"ok", "slow", "fail", "dead"}:
            raise BadLaunchLine('"load" is missing')
        self._load = section["load"]

    def load(self) -> None:
        print("a library prints to stdout")
        if self._load == "slow":
            time.sleep(30)
        if self._load == "fail":
            raise ValueError("the model file\nis not a model")
        if self._load == "dead":
            fail_as_a_dead_device()
        self._check: Callable[[], None] = lambda: time.sleep(0.05)

    def description(self) -> Description:
        return Description(device="cpu", model="fake", build="none")

    def check(self) -> None:
        self._check()

    def mount(self, app: FastAPI) -> None:
        @app.post("/break-check")
        async def break_check(how: str) -> None:
            self._check = {"dead": fail_as_a_dead_device, "silent": fail_to_speak}[how]

        @app.post("/stand-still")
        async def stand_still() -> None:
            time.sleep(1_000)  # noqa: ASYNC251  # that is the fault

        @app.post("/hold-interpreter")
        async def hold_interpreter() -> None:
            await engine_worker.run(lambda: ctypes.PyDLL(None).sleep(1_000))

        @app.post("/fail-while-iterating")
        async def fail_while_iterating() -> StreamingResponse:
            async def sound() -> AsyncIterator[bytes]:
                async for piece in engine_worker.iterate(dies_at_the_second_piece):
                    yield piece

            return StreamingResponse(sound())

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
            await engine_worker.run(lambda: time.sleep(3))

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


def fail_as_a_dead_device() -> None:
    """As an engine does that says something of its own about what torch said."""
    try:
        raise RuntimeError(DEAD_DEVICE)
    except RuntimeError as fault:
        raise ValueError("the model cannot be used") from fault


def fail_to_speak() -> None:
    raise RuntimeError("its first word is silence")


def dies_at_the_second_piece() -> Iterator[bytes]:
    yield b"first"
    fail_as_a_dead_device()


if __name__ == "__main__":
    sys.exit(run(FakeEngine, body_limit_bytes=1000))
