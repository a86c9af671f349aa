"""A real Kokoro in a process of its own."""

from pathlib import Path

import pytest
from kokoro.section import section
from serving.running import Running, Start


@pytest.fixture(scope="session")
def kokoro_section(models: Path) -> dict[str, object]:
    """Return Kokoro's section of the launch line."""
    return section(models)


@pytest.fixture(scope="module")
def kokoro(start_shared_service: Start, kokoro_section: dict[str, object]) -> Running:
    """Return a Kokoro that is ready, shared by the tests of a module."""
    running = start_shared_service(["-m", "earshot.engines.kokoro"], kokoro_section)
    running.wait_until_ready()
    return running
