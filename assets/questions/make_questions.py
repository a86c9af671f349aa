"""Speaks the bundled questions with Kokoro's voices: `python make_questions.py KOKORO_ONNX VOICES_FOLDER`.

Run once when a text or voice changes; the WAV files and `manifest.json` beside it are what the project uses.
"""

import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import soundfile
import soxr
from kokoro_onnx import Kokoro

SAMPLE_RATE_HZ = 16_000
LEAD_SECONDS = 0.4
TAIL_SECONDS = 0.6
# Quieter than this against the peak, a sound has ended for a listener.
AUDIBLE_BELOW_PEAK_DB = 40

QUESTIONS = (
    ("capital-of-france", "af_heart", "What is the capital of France?"),
    ("days-in-a-week", "am_michael", "How many days are there in a week?"),
    ("largest-planet", "bf_emma", "Which planet is the largest in the solar system?"),
    ("boiling-water", "bm_george", "At what temperature does water boil?"),
    ("color-of-the-sky", "af_bella", "Why is the sky blue during the day?"),
    ("romeo-and-juliet", "am_fenrir", "Who wrote the play Romeo and Juliet?"),
    ("legs-of-a-spider", "af_sarah", "How many legs does a spider have?"),
    ("good-morning-in-french", "am_puck", "How do you say good morning in French?"),
    ("longest-river", "bm_fable", "What is the longest river in Africa?"),
    ("healthy-breakfast", "af_nicole", "Can you suggest a healthy breakfast for tomorrow morning?"),
    ("seasons", "bf_emma", "What causes the seasons to change on Earth?"),
    ("first-moon-landing", "am_michael", "In which year did people first walk on the moon?"),
)


def end_of_speech(samples: np.ndarray) -> int:
    """Index after the last audible sample."""
    threshold = np.max(np.abs(samples)) * 10 ** (-AUDIBLE_BELOW_PEAK_DB / 20)
    return int(np.flatnonzero(np.abs(samples) > threshold)[-1]) + 1


def main(model: Path, voices: Path) -> None:
    """Write every question and the manifest next to this script."""
    folder = Path(__file__).parent
    with tempfile.TemporaryDirectory() as scratch:
        names = sorted({voice for _, voice, _ in QUESTIONS})
        styles = {name: np.fromfile(voices / f"{name}.bin", dtype=np.float32).reshape(-1, 1, 256) for name in names}
        archive = Path(scratch) / "voices.npz"
        np.savez(archive, **styles)
        kokoro = Kokoro(str(model), str(archive))
        manifest = []
        for name, voice, text in QUESTIONS:
            spoken, rate = kokoro.create(text, voice=voice, lang="en-gb" if voice[0] == "b" else "en-us")
            speech = soxr.resample(spoken, rate, SAMPLE_RATE_HZ)
            lead = np.zeros(int(LEAD_SECONDS * SAMPLE_RATE_HZ), dtype=speech.dtype)
            tail = np.zeros(int(TAIL_SECONDS * SAMPLE_RATE_HZ), dtype=speech.dtype)
            end = len(lead) + end_of_speech(speech)
            soundfile.write(folder / f"{name}.wav", np.concatenate([lead, speech, tail]), SAMPLE_RATE_HZ, "PCM_16")
            manifest.append(
                {
                    "file": f"{name}.wav",
                    "text": text,
                    "voice": voice,
                    "speechEndMs": round(end * 1000 / SAMPLE_RATE_HZ),
                }
            )
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
