"""A real Kyutai of random weights. Without torch these tests are left out, and pytest says so."""

import importlib.util
from pathlib import Path

import pytest
from kyutai.hearing import LOAD_LIMIT_S
from serving.running import Running, Start
from whisper.questions import CAPITAL


@pytest.fixture(scope="session", autouse=True)
def torch_is_there() -> None:
    """Leave everything in this folder out where it cannot run."""
    if importlib.util.find_spec("torch") is None or importlib.util.find_spec("moshi") is None:
        pytest.skip("torch and moshi are not in this environment; run this folder with a torch environment's Python")


@pytest.fixture(scope="session")
def tiny_model(torch_is_there: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a model written just now."""
    from earshot.verification.tiny_kyutai import write

    folder = tmp_path_factory.mktemp("tiny-kyutai")
    write(folder)
    return folder


@pytest.fixture(scope="session")
def kyutai_section(tiny_model: Path) -> dict[str, object]:
    """Return Kyutai's section of the launch line."""
    return {
        "model": str(tiny_model),
        "modelId": "tiny-kyutai",
        "device": "cpu",
        "precision": "float32",
        "threads": 1,
        "windowSeconds": 10,
        "warmupAudio": str(CAPITAL),
    }


@pytest.fixture(scope="module")
def kyutai(start_shared_service: Start, kyutai_section: dict[str, object]) -> Running:
    """Return a Kyutai that is ready, shared by the tests of a module."""
    running = start_shared_service(["-m", "earshot.engines.kyutai"], kyutai_section)
    running.wait_until_ready(LOAD_LIMIT_S)
    return running
