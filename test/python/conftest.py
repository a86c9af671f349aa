"""Fixtures for all Python tests: real processes that never outlive their test, and the real models."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from serving.running import Running, Start, start


@pytest.fixture
def start_service() -> Iterator[Start]:
    """Start services as main does (see `serving.running.start`); all are gone when the test ends."""
    yield from _starting()


@pytest.fixture(scope="module")
def start_shared_service() -> Iterator[Start]:
    """Start services that live until the last test of the module, for engines that take long to load."""
    yield from _starting()


@pytest.fixture(scope="session")
def models() -> Path:
    """Return the folder with the real models; a test that needs it is skipped without one."""
    folder = os.environ.get("EARSHOT_TEST_MODELS")
    if folder is None:
        pytest.skip("EARSHOT_TEST_MODELS names no folder with the real models")
    return Path(folder)


def _starting() -> Iterator[Start]:
    started: list[Running] = []

    def start_one(command: Sequence[str], service: dict[str, object], port: int = 0) -> Running:
        running = start(command, service, port)
        started.append(running)
        return running

    yield start_one
    for running in started:
        running.stop()
