"""Fixtures of the conversation's tests."""

import warnings
from collections.abc import Iterator

import pytest
from conversation.stage import Ports, Stage, free_ports, section
from serving.running import Running, Start

with warnings.catch_warnings():
    # pipecat imports audioop, which Python 3.13 no longer has; its pyproject brings a replacement there.
    warnings.simplefilter("ignore", DeprecationWarning)
    import pipecat.audio.utils  # noqa: F401


@pytest.fixture(scope="module")
def known_ports() -> Ports:
    """Return the ports the module's process expects its engines at."""
    return free_ports()


@pytest.fixture(scope="module")
def process(start_shared_service: Start, known_ports: Ports) -> Running:
    """Return a conversation that is ready, shared by the tests of a module."""
    running = start_shared_service(["-m", "earshot.conversation"], section(known_ports))
    running.wait_until_ready()
    return running


@pytest.fixture
def stage(process: Running, known_ports: Ports) -> Iterator[Stage]:
    """Set the stage for one test; the process has to survive it."""
    yield Stage(process, known_ports)
    assert process.process.poll() is None
