"""Writes onnx_spans.json: where the voice environment's Silero (ONNX) hears speech in the bundled questions.

Run with that environment's Python: `python test/python/silero/onnx_spans.py`.
"""

import json
from pathlib import Path

from earshot.audio.decoding import decode
from faster_whisper.vad import VadOptions, get_speech_timestamps

_RATE_HZ = 16_000
_HERE = Path(__file__).parent
_QUESTIONS = _HERE.parents[2] / "assets" / "questions"

# The limits that Silero's own package has by default.
_LIMITS = VadOptions(threshold=0.5, min_speech_duration_ms=250, min_silence_duration_ms=100, speech_pad_ms=30)


def spans(file: Path) -> list[list[float]]:
    """Return begin and end of each stretch of speech, in seconds."""
    with file.open("rb") as opened:
        samples = decode(opened, sample_rate_hz=_RATE_HZ, longest_s=60)
    found = get_speech_timestamps(samples, _LIMITS)
    return [[round(each["start"] / _RATE_HZ, 3), round(each["end"] / _RATE_HZ, 3)] for each in found]


if __name__ == "__main__":
    measured = {file.name: spans(file) for file in sorted(_QUESTIONS.glob("*.wav"))}
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(found)}" for name, found in measured.items())
    (_HERE / "onnx_spans.json").write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
