"""Verification of a torch environment needs one. Without it these tests are left out, and pytest says so."""

import importlib.util

import pytest


@pytest.fixture(scope="session", autouse=True)
def torch_is_there() -> None:
    """Leave everything in this folder out where it cannot run."""
    if any(importlib.util.find_spec(module) is None for module in ("torch", "moshi", "silero_vad")):
        pytest.skip("this is no torch environment; run this folder with a torch environment's Python")
