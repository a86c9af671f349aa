"""Where the voice environment's Silero (ONNX) hears speech in the bundled questions; `onnx_spans.py` writes it."""

import json
from pathlib import Path

ONNX_SPANS: dict[str, list[tuple[float, float]]] = json.loads(
    (Path(__file__).parent / "onnx_spans.json").read_text(encoding="utf-8")
)
AGREES_S = 0.2
