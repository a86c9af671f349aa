"""A real Whisper in a process of its own."""

from pathlib import Path

import pytest
from serving.running import Running, Start
from whisper.questions import CAPITAL


@pytest.fixture(scope="session")
def whisper_section(models: Path) -> dict[str, object]:
    """Return Whisper's section of the launch line."""
    return {
        "model": str(next(models.rglob("model.bin")).parent),
        "modelId": "whisper-base",
        "device": "cpu",
        "precision": "int8",
        "threads": 2,
        "language": "en",
        "warmupAudio": str(CAPITAL),
    }


@pytest.fixture(scope="module")
def whisper(start_shared_service: Start, whisper_section: dict[str, object]) -> Running:
    """Return a Whisper that is ready, shared by the tests of a module."""
    running = start_shared_service(["-m", "earshot.engines.whisper"], whisper_section)
    running.wait_until_ready()
    return running
