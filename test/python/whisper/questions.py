"""The bundled questions: real speech with known words."""

import json
import re
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import soundfile
from earshot.audio.decoding import decode
from earshot.audio.samples import Samples

FOLDER = Path(__file__).parents[3] / "assets" / "questions"
CAPITAL = FOLDER / "capital-of-france.wav"
SESSION_RATE_HZ = 24_000


@dataclass(frozen=True, slots=True)
class Question:
    """One recording and what is said in it."""

    text: str
    samples: Samples
    speech_end_s: float


def questions() -> list[Question]:
    """Return all of them, at the rate of a session."""
    manifest = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    return [
        Question(entry["text"], _samples(FOLDER / entry["file"]), entry["speechEndMs"] / 1_000) for entry in manifest
    ]


def wav(samples: Samples, *, rate_hz: int = SESSION_RATE_HZ, subtype: str = "PCM_16") -> bytes:
    """Return samples as a file."""
    file = BytesIO()
    soundfile.write(file, samples, rate_hz, format="WAV", subtype=subtype)
    return file.getvalue()


def noise(seconds: float, *, loudness: float, seed: int = 1) -> Samples:
    """Return white noise."""
    count = round(seconds * SESSION_RATE_HZ)
    return (np.random.default_rng(seed).normal(size=count) * loudness).astype(np.float32)


def silence(seconds: float) -> Samples:
    """Return nothing at all."""
    return np.zeros(round(seconds * SESSION_RATE_HZ), np.float32)


def word_errors(said: str, heard: str) -> tuple[int, int]:
    """Return how many words have to be changed, added or left out to get what was said, and how many were said."""
    wanted, found = _words(said), _words(heard)
    distances = list(range(len(found) + 1))
    for row, word in enumerate(wanted, 1):
        diagonal, distances[0] = distances[0], row
        for column, other in enumerate(found, 1):
            changed = diagonal + (word != other)
            diagonal, distances[column] = (
                distances[column],
                min(changed, distances[column] + 1, distances[column - 1] + 1),
            )
    return distances[-1], len(wanted)


def _words(text: str) -> list[str]:
    return re.sub(r"[^a-z0-9' ]", " ", text.lower().replace("-", " ")).split()


def _samples(file: Path) -> Samples:
    with file.open("rb") as opened:
        return decode(opened, sample_rate_hz=SESSION_RATE_HZ, longest_s=60)
