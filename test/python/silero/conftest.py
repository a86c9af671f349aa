"""Silero needs torch. Without it these tests are left out, and pytest says so."""

import importlib.util

import pytest


@pytest.fixture(scope="session", autouse=True)
def torch_is_there() -> None:
    """Leave everything in this folder out where it cannot run."""
    if importlib.util.find_spec("torch") is None or importlib.util.find_spec("silero_vad") is None:
        pytest.skip(
            "torch and silero-vad are not in this environment; run this folder with a torch environment's Python"
        )
