"""Kokoro's section of the launch line for tests."""

from pathlib import Path


def section(models: Path) -> dict[str, object]:
    """Name the model and every voice there is, wherever in the folder they are."""
    return {
        "model": str(next(models.rglob("kokoro-v1.0.int8.onnx"))),
        "modelId": "kokoro-82m-int8",
        "voices": {file.stem: str(file) for file in models.rglob("??_*.bin")},
        "voice": "af_heart",
        "device": "cpu",
        "threads": 2,
    }
