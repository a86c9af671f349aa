"""A service process as main starts it: launch line on stdin, events on stdout, words on stderr."""

import json
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

PYTHON_FOLDER = Path(__file__).parents[3] / "python"
FAKES_FOLDER = Path(__file__).parents[2] / "fakes" / "python"
START_LIMIT_S = 60.0

Start = Callable[..., "Running"]
"""What the fixtures hand out: `start` with a clean-up."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, read to its end."""

    status: int
    body: bytes

    @property
    def document(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of stdout, and when it was read (`time.monotonic()`)."""

    text: bytes
    at_s: float


@dataclass(slots=True)
class Running:
    """One process under test. `stop` it, or let the fixture do so."""

    process: subprocess.Popen[bytes]
    token: str
    port: int = 0
    words: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    _listeners: list[threading.Thread] = field(default_factory=list)

    def headers(self) -> dict[str, str]:
        """What every request carries."""
        return {"Authorization": f"Bearer {self.token}"}

    def request(
        self, method: str, path: str, body: bytes | Iterable[bytes] | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """Send one request; `headers` replace the usual ones."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, self.headers() if headers is None else headers)
            response = connection.getresponse()
            return Answer(response.status, response.read())
        finally:
            connection.close()

    def post(self, path: str, document: object) -> Answer:
        """POST one JSON document."""
        return self.request(
            "POST", path, json.dumps(document).encode(), {**self.headers(), "Content-Type": "application/json"}
        )

    def begin(self, path: str, document: object) -> HTTPConnection:
        """POST one JSON document and leave the answer to the caller, who may as well hang up."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {**self.headers(), "Content-Type": "application/json"}
        connection.request("POST", path, json.dumps(document).encode(), headers)
        return connection

    def state(self) -> str:
        """Return the state `/health` tells."""
        return str(self.request("GET", "/health").document["state"])

    def wait_until_ready(self, limit_s: float = START_LIMIT_S) -> None:
        """Ask `/health` until the engine is ready."""
        deadline_s = time.monotonic() + limit_s
        while (state := self.state()) != "ready":
            if time.monotonic() > deadline_s:
                raise TimeoutError(f"still {state}: {self.said()}")
            time.sleep(0.02)

    def said(self) -> str:
        """Return what the process wrote to stderr; complete once it has ended."""
        if self.process.poll() is not None:
            self._join()
        return "".join(self.words)

    def beats(self, since_s: float = 0.0) -> list[dict[str, Any]]:
        """Return the beats read since a moment, each with `at_s`."""
        events = ({**json.loads(line.text), "at_s": line.at_s} for line in list(self.lines) if line.at_s >= since_s)
        return [event for event in events if event["event"] == "beat"]

    def stop(self) -> None:
        """Kill the process if it still runs, and let go of its pipes."""
        self.process.kill()
        self.process.wait()
        self._join()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()

    def listen(self) -> None:
        """Collect stderr in a thread, so that a full pipe cannot block the process."""
        self._in_a_thread(self._collect_words)

    def listen_to_events(self) -> None:
        """Collect stdout too, from here on."""
        self._in_a_thread(self._collect_lines)

    def _in_a_thread(self, collect: Callable[[], None]) -> None:
        listener = threading.Thread(target=collect, daemon=True)
        listener.start()
        self._listeners.append(listener)

    def _join(self) -> None:
        for listener in self._listeners:
            listener.join()

    def _collect_words(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.words.append(line.decode(errors="replace"))

    def _collect_lines(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(Line(line, time.monotonic()))


def start(command: Sequence[str], service: dict[str, object], port: int = 0) -> Running:
    """Start a service and wait until it listens.

    `command` is what follows the interpreter: `["-m", "earshot.engines.llama"]`.
    """
    token = secrets.token_hex(32)
    running = spawn(command, json.dumps({"token": token, "port": port, "service": service}), token)
    assert running.process.stdout is not None
    line = running.process.stdout.readline()
    if not line:
        running.process.wait()
        raise AssertionError(f"the process ended with {running.process.returncode}: {running.said()}")
    event = json.loads(line)
    assert event["event"] == "listening"
    running.port = event["port"]
    running.listen_to_events()
    return running


def spawn(command: Sequence[str], line: str, token: str = "") -> Running:
    """Start a process and write one line to its stdin, which stays open."""
    process = subprocess.Popen(
        [sys.executable, "-s", "-P", "-u", *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(PYTHON_FOLDER), str(FAKES_FOLDER)))},
    )
    running = Running(process, token)
    running.listen()
    assert process.stdin is not None
    process.stdin.write(line.encode() + b"\n")
    process.stdin.flush()
    return running
