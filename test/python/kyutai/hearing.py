"""What a client of a streaming recogniser hears up to a marker, and speech for the fake one."""

from dataclasses import dataclass

import numpy as np
from earshot.audio.samples import Samples
from streaming.client import STEP_SAMPLES, Client

FRAME_S = 0.08

LOAD_LIMIT_S = 300.0
"""To import torch takes 10 s, and 75 s on two cores with five other test runs on them."""


@dataclass(frozen=True, slots=True)
class Said:
    """Everything before a marker, and the marker."""

    marker: int
    words: tuple[tuple[str, float, float], ...]
    steps: tuple[int, ...]
    pauses: tuple[tuple[float, ...], ...]

    @property
    def text(self) -> str:
        """The words in one line."""
        return " ".join(text for text, _, _ in self.words)


def until_marker(client: Client) -> Said:
    """Read up to the next marker."""
    words: list[tuple[str, float, float]] = []
    steps: list[int] = []
    pauses: list[tuple[float, ...]] = []
    while (message := client.receive())["type"] != "Marker":
        match message:
            case {"type": "Word", "text": str(text), "start_time": float(start_s)}:
                words.append((text, start_s, start_s))
            case {"type": "EndWord", "stop_time": float(stop_s)}:
                text, start_s, _ = words.pop()
                words.append((text, start_s, stop_s))
            case {"type": "Step", "step_idx": int(index), "prs": list(heads), "buffered_pcm": int()}:
                steps.append(index)
                pauses.append(tuple(heads))
            case _:
                raise AssertionError(message)
    return Said(message["id"], tuple(words), tuple(steps), tuple(pauses))


def spoken(letters: str) -> Samples:
    """Return what the fake model writes as these letters, one a frame; a space is a frame of silence."""
    frames = [np.full(STEP_SAMPLES, 0.0 if letter == " " else ord(letter) / 100, np.float32) for letter in letters]
    return np.concatenate(frames)
