"""A client of the streaming session, as plain as moshi-server's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import msgpack
from earshot.audio.samples import Samples
from serving.running import Running
from websockets.sync.client import ClientConnection, connect

STEP_SAMPLES = 1_920
_PATIENCE_S = 90


@dataclass(frozen=True, slots=True)
class Answer:
    """What came before a marker, and the marker."""

    marker: int
    words: tuple[tuple[str, float, float], ...]

    @property
    def text(self) -> str:
        """The words in one line."""
        return " ".join(text for text, _, _ in self.words)


class Client:
    """One open session."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    def send(self, kind: str, **content: object) -> None:
        """Send one message."""
        self.connection.send(msgpack.packb({"type": kind, **content}, use_single_float=True))

    def hear(self, samples: Samples, *, as_bytes: bool = True) -> None:
        """Send audio in steps of 80 ms."""
        for begin in range(0, len(samples), STEP_SAMPLES):
            step = samples[begin : begin + STEP_SAMPLES]
            self.send("Audio", pcm=step.astype("<f4").tobytes() if as_bytes else step.tolist())

    def receive(self, limit_s: float = _PATIENCE_S) -> dict[str, Any]:
        """Return the next message."""
        content: dict[str, Any] = msgpack.unpackb(self.connection.recv(timeout=limit_s))
        return content

    def begin(self) -> None:
        """Begin an utterance; messages before its Ready are dropped."""
        self.send("Init")
        while self.receive()["type"] != "Ready":
            pass

    def answer(self) -> Answer:
        """Read up to the next marker."""
        words: list[tuple[str, float, float]] = []
        while (message := self.receive())["type"] != "Marker":
            match message:
                case {"type": "Word", "text": str(text), "start_time": float(start_s)}:
                    words.append((text, start_s, start_s))
                case {"type": "EndWord", "stop_time": float(stop_s)}:
                    text, start_s, _ = words.pop()
                    words.append((text, start_s, stop_s))
                case _:
                    raise AssertionError(message)
        return Answer(message["id"], tuple(words))

    def ask(self, marker: int) -> Answer:
        """Ask for the words up to here."""
        self.send("Marker", id=marker)
        return self.answer()


@contextmanager
def session(recogniser: Running) -> Iterator[Client]:
    """Open a session; its first Ready is read."""
    headers = {"kyutai-api-key": recogniser.token}
    url = f"ws://127.0.0.1:{recogniser.port}/api/asr-streaming"
    with connect(url, additional_headers=headers, compression=None) as connection:
        client = Client(connection)
        assert client.receive() == {"type": "Ready"}
        yield client
