"""An engine with switches: `python -m fake_engine` behind the launch shim, as main starts any engine.

It speaks as `earshot.serving` does (launch line, events, beats, `/health`, `/metrics`, `/check`, token, exit codes) and
has no model. Standard library only, one file: a chaos run holds a hundred of them at once.

The section of the launch line: `{"device", "modelId", "beatS": 2, "faults": {...}}`. Calls are counted from 1, `/check`
included; the load is call 0. What may stand in "faults":

    loadS             how long it loads
    exitWhileLoading  it ends after loadS instead of getting ready, with exitCode (or 1)
    crashAfterS       so long after it got ready it crashes (a segmentation fault), or exits with exitCode
    garbage           "stdout": what comes instead of beats is no event; "health": so are the answers of /health
    slowS             how long every call works
    holdGilAtCall     from this call on nothing in the process gets the interpreter any more, signals included
    hangAtCall        from this call on the event loop stands still, while other threads run
    cudaErrorAtCall   this call and all after it fail with cudaErrorText: last words, exit code 86
    device            where it says that it is, whatever was planned

`POST /fault {"kind": ...}` plants one while it runs, 10 ms after its answer or after "afterS": "crash", "hang-loop",
"hold-gil", "garbage" ("where"), "slow" ("s"), "dead-device" ("text"), "exit" ("code", "words").
"""

import asyncio
import contextlib
import ctypes
import hmac
import json
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NoReturn

EXIT_BAD_LAUNCH_LINE = 2
EXIT_DEVICE_FAULT = 86
CUDA_ERROR = "CUDA error: unspecified launch failure"

_FOR_EVER_S = 1_000_000
_STOP_LIMIT_S = 2.0
_ANSWER_FIRST_S = 0.01
_GARBAGE = (
    b"\xff\xfe not text\n",
    b'{"event":"beat","workingMs":\n',
    b'{"event":"beat"}\n',
    b"[1, 2]\n",
    b"x" * 20_000 + b"\n",
)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer of ours."""

    status: int
    body: bytes
    kind: str = "application/json"


class FakeEngine:
    """What it was told to do wrong, and how far it has come."""

    def __init__(self, section: dict[str, Any]) -> None:
        self.faults: dict[str, Any] = section.get("faults", {})
        self.beat_s = float(section.get("beatS", 2))
        self.device = str(self.faults.get("device", section.get("device", "cpu")))
        self.model = str(section.get("modelId", "fake"))
        self.state = "starting"
        self.calls = 0
        self.beats = 0
        self.busy_s = 0.0
        self.started_s = time.monotonic()
        self.working_since_s: float | None = None
        self.worker = ThreadPoolExecutor(1, "engine")

    async def load(self) -> None:
        """Load as long as it was told to."""
        self.state = "warming"
        await self.work(float(self.faults.get("loadS", 0)))
        if self.faults.get("exitWhileLoading"):
            leave(int(self.faults.get("exitCode") or 1), "the fake model cannot be loaded")
        await self._come_to_call(0)
        self.state = "ready"
        if (after_s := self.faults.get("crashAfterS")) is not None:
            asyncio.get_running_loop().call_later(float(after_s), self._crash_as_told)

    async def call(self) -> int:
        """Do one piece of an engine's work; returns its number."""
        self.calls += 1
        number = self.calls
        await self._come_to_call(number)
        await self.work(float(self.faults.get("slowS", 0)))
        return number

    async def work(self, for_s: float) -> None:
        """Keep the worker thread busy."""
        await asyncio.get_running_loop().run_in_executor(self.worker, self._keep_busy, for_s)

    def working_ms(self) -> int:
        """Return how long the present piece of work has gone on."""
        since_s = self.working_since_s
        return 0 if since_s is None else round((time.monotonic() - since_s) * 1_000)

    def plant(self, fault: dict[str, Any]) -> None:
        """Do wrong what `POST /fault` asked for."""
        match fault["kind"]:
            case "crash":
                crash()
            case "hang-loop":
                hang_loop()
            case "hold-gil":
                self.worker.submit(hold_gil)
            case "garbage":
                self.faults["garbage"] = fault.get("where", "stdout")
            case "slow":
                self.faults["slowS"] = fault["s"]
            case "dead-device":
                self.faults |= {"cudaErrorAtCall": 0, "cudaErrorText": fault.get("text", CUDA_ERROR)}
            case "exit":
                leave(int(fault.get("code", 1)), fault.get("words"))

    async def _come_to_call(self, number: int) -> None:
        if number == self.faults.get("hangAtCall"):
            hang_loop()
        if number == self.faults.get("holdGilAtCall"):
            await asyncio.get_running_loop().run_in_executor(self.worker, hold_gil)
        dead_from = self.faults.get("cudaErrorAtCall")
        if dead_from is not None and number >= dead_from:
            leave(EXIT_DEVICE_FAULT, self.faults.get("cudaErrorText") or CUDA_ERROR)

    def _crash_as_told(self) -> None:
        code = self.faults.get("exitCode")
        if code is None:
            crash()
        leave(int(code), "it was told to end")

    def _keep_busy(self, for_s: float) -> None:
        began_s = self.working_since_s = time.monotonic()
        time.sleep(for_s)
        self.busy_s += time.monotonic() - began_s
        self.working_since_s = None


def hang_loop() -> None:
    """Stand still in the event loop; the interpreter is free, so a thread that beats would fake life."""
    time.sleep(_FOR_EVER_S)


def hold_gil() -> None:
    """Sleep in C without letting go of the interpreter. Not in the main thread, whose sleep a signal would end."""
    if sys.platform == "win32":
        ctypes.PyDLL("kernel32").Sleep(0xFFFFFFFF)
    else:
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        ctypes.PyDLL(None).sleep(_FOR_EVER_S)


def crash() -> NoReturn:
    """End as after a segmentation fault, and leave no core file."""
    if sys.platform == "win32":
        os._exit(0xC0000005)
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.kill(os.getpid(), signal.SIGSEGV)
    time.sleep(_FOR_EVER_S)
    os._exit(1)


def leave(code: int, words: str | None = None) -> NoReturn:
    """End with last words, as `earshot.serving` does."""
    if words is not None:
        print(f"error: {words}", file=sys.stderr, flush=True)
    os._exit(code)


async def serve(engine: FakeEngine, token: str, port: int) -> None:
    """Listen, beat, load, and answer until told to stop."""
    bound = _bind(port)
    server = await asyncio.start_server(lambda reader, writer: _converse(engine, token, reader, writer), sock=bound)
    _stop_when_told(asyncio.get_running_loop())
    _send("listening", port=bound.getsockname()[1])
    beating = asyncio.create_task(_beat(engine))
    loading = asyncio.create_task(engine.load())
    async with server:
        await asyncio.gather(beating, loading)


async def _beat(engine: FakeEngine) -> None:
    while True:
        if engine.faults.get("garbage") == "stdout":
            os.write(1, _GARBAGE[engine.beats % len(_GARBAGE)])
        else:
            _send("beat", workingMs=engine.working_ms())
        engine.beats += 1
        await asyncio.sleep(engine.beat_s)


async def _converse(engine: FakeEngine, token: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one request and hang up."""
    with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ValueError):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        request, *lines = head.split("\r\n")
        method, path, _ = request.split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        given = headers.get("authorization", "").removeprefix("Bearer ") or headers.get("kyutai-api-key", "")
        if hmac.compare_digest(given.encode(), token.encode()):
            answer = await _answer(engine, method, path.partition("?")[0], body)
        else:
            answer = _error(401, "bad-token", "The token is missing or wrong.")
        writer.write(
            f"HTTP/1.1 {answer.status} .\r\nContent-Type: {answer.kind}\r\n"
            f"Content-Length: {len(answer.body)}\r\nConnection: close\r\n\r\n".encode()
        )
        writer.write(answer.body)
        await writer.drain()
    writer.close()


async def _answer(engine: FakeEngine, method: str, path: str, body: bytes) -> Answer:
    match method, path:
        case "GET", "/health":
            return _health(engine)
        case "GET", "/metrics":
            return Answer(200, _metrics(engine).encode(), "text/plain; version=0.0.4")
        case "POST", "/fault":
            return _plant(engine, json.loads(body))
        case _ if engine.state != "ready":
            return _error(503, "not-ready", f"The engine is {engine.state}.")
        case "POST", "/check" | "/call" | "/v1/audio/transcriptions" | "/v1/audio/speech" | "/v1/chat/completions":
            return await _call(engine, path)
        case _:
            return _error(404, "not-found", "Not Found")


async def _call(engine: FakeEngine, path: str) -> Answer:
    """Answer as the engine that has this route, with nothing in it but the number of the call."""
    began_s = time.monotonic()
    number = await engine.call()
    match path:
        case "/check":
            return _json({"ms": round((time.monotonic() - began_s) * 1_000)})
        case "/v1/audio/transcriptions":
            return _json({"text": f"words of call {number}"})
        case "/v1/audio/speech":
            return Answer(200, bytes(4_800), "audio/pcm")
        case "/v1/chat/completions":
            reply = {"role": "assistant", "content": f"Reply of call {number}."}
            return _json({"choices": [{"index": 0, "message": reply, "finish_reason": "stop"}]})
        case _:
            return _json({"call": number})


def _health(engine: FakeEngine) -> Answer:
    if engine.faults.get("garbage") == "health":
        return Answer(200, b'{"state": "rea\xff')
    uptime_ms = round((time.monotonic() - engine.started_s) * 1_000)
    said = {"state": engine.state, "device": engine.device, "model": engine.model, "build": "none"}
    return _json({**said, "pid": os.getpid(), "uptimeMs": uptime_ms})


def _metrics(engine: FakeEngine) -> str:
    states = "".join(
        f'earshot_state{{state="{each}"}} {float(each == engine.state)}\n'
        for each in ("starting", "warming", "ready", "failed")
    )
    figures = {
        "earshot_uptime_seconds": time.monotonic() - engine.started_s,
        "earshot_worker_busy_seconds_total": engine.busy_s + engine.working_ms() / 1_000,
        "earshot_beats_total": engine.beats,
    }
    return states + "".join(f"{name} {value}\n" for name, value in figures.items())


def _plant(engine: FakeEngine, fault: dict[str, Any]) -> Answer:
    kinds = {"crash", "hang-loop", "hold-gil", "garbage", "slow", "dead-device", "exit"}
    if fault.get("kind") not in kinds:
        return _error(400, "unknown-fault", f"There are: {', '.join(sorted(kinds))}.")
    after_s = float(fault.get("afterS", _ANSWER_FIRST_S))
    asyncio.get_running_loop().call_later(after_s, engine.plant, fault)
    return _json({"planted": fault["kind"]})


def _json(document: dict[str, object]) -> Answer:
    return Answer(200, json.dumps(document).encode())


def _error(status: int, code: str, message: str) -> Answer:
    kind = "server_error" if status >= 500 else "invalid_request_error"
    return Answer(status, json.dumps({"error": {"message": message, "type": kind, "code": code}}).encode())


def _send(event: str, **fields: object) -> None:
    os.write(1, (json.dumps({"event": event, **fields}, separators=(",", ":")) + "\n").encode())


def _bind(port: int) -> socket.socket:
    """Listen on the port it had before, or on any when somebody else has it now."""
    for wanted in (port, 0):
        bound = socket.socket()
        with contextlib.suppress(OSError):
            if sys.platform == "win32":
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            else:
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(("127.0.0.1", wanted))
            bound.listen()
            return bound
        bound.close()
    raise OSError("no port is free on 127.0.0.1")


def _read_line() -> bytes:
    line = bytearray()
    while not line.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            leave(EXIT_BAD_LAUNCH_LINE, "bad launch line: stdin ended before the launch line was complete")
        line += byte
    return bytes(line)


def _in_a_thread(work: Callable[[], object]) -> None:
    threading.Thread(target=work, daemon=True).start()


def _end_with_stdin() -> None:
    while os.read(0, 4096):
        pass
    os._exit(1)


def _stop_when_told(loop: asyncio.AbstractEventLoop) -> None:
    """End in order, and after two seconds in any case, as `earshot.serving` does."""

    def stop(*_: object) -> None:
        _in_a_thread(_end_in_any_case)
        loop.call_soon_threadsafe(leave, 0)

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, stop)


def _end_in_any_case() -> None:
    time.sleep(_STOP_LIMIT_S)
    os._exit(0)


def main() -> None:
    """Live from the launch line to the end."""
    try:
        launch = json.loads(_read_line())
        token, port, engine = str(launch["token"]), int(launch["port"]), FakeEngine(launch["service"])
    except (ValueError, TypeError, KeyError, AttributeError) as fault:
        leave(EXIT_BAD_LAUNCH_LINE, f"bad launch line: {fault}")
    _in_a_thread(_end_with_stdin)
    asyncio.run(serve(engine, token, port))


if __name__ == "__main__":
    main()
