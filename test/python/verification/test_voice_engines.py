"""The engines of the voice environment, proven as an install does it: with the real models."""

from pathlib import Path

import pytest
from verification.verifying import REQUEST, outcome, verify


@pytest.fixture
def whisper_section(models: Path) -> dict[str, object]:
    """Return Whisper's section of the launch line."""
    pytest.importorskip("faster_whisper", reason="the voice environment's engines are not in this environment")
    return {
        "model": str(next(models.rglob("model.bin")).parent),
        "modelId": "whisper-base",
        "device": "cpu",
        "precision": "int8",
        "threads": 1,
        "language": "en",
        "warmupAudio": REQUEST["question"],
    }


@pytest.fixture
def llama_section(models: Path) -> dict[str, object]:
    """Return the language model's section of the launch line."""
    pytest.importorskip("xllamacpp", reason="the voice environment's engines are not in this environment")
    return {
        "model": str(next(models.rglob("*.gguf"))),
        "modelId": "smollm2",
        "device": "cpu",
        "threads": 1,
        "contextTokens": 512,
    }


def test_engines_answer_one_after_the_other_in_one_process(
    whisper_section: dict[str, object], llama_section: dict[str, object]
) -> None:
    engines = [
        {"id": "stt", "module": "earshot.engines.whisper", "section": whisper_section},
        {"id": "llm", "module": "earshot.engines.llama", "section": llama_section},
    ]
    document = verify({**REQUEST, "engines": engines}, code=0)
    assert outcome(document) == {"packages": (True, None), "engine:stt": (True, None), "engine:llm": (True, None)}
    assert document["checks"][1]["evidence"] == {"device": "cpu", "model": "whisper-base", "build": "none"}
