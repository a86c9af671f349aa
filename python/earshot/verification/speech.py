"""Whether speech is found and frames are streamed: Silero with its real weights, Kyutai with random ones."""

import tempfile
import time
from pathlib import Path

from earshot.verification.tiny_kyutai import write
from earshot.verification.verdict import Proof, Unproven

_LONGEST_S = 60
_LEAST_SPEECH_S = 0.3
_FRAMES = 25
_MS_PER_S = 1000


def prove_silero(question: Path) -> Proof:
    """Find the speech of the question with Silero on torch; raises Unproven."""
    from earshot.audio.decoding import decode
    from earshot.engines.silero.detector import SAMPLE_RATE_HZ, find_speech

    with question.open("rb") as file:
        samples = decode(file, sample_rate_hz=SAMPLE_RATE_HZ, longest_s=_LONGEST_S)
    spans = find_speech(samples, SAMPLE_RATE_HZ)
    speech_s = sum(span.stop_s - span.start_s for span in spans)
    if speech_s < _LEAST_SPEECH_S:
        raise Unproven("verification-failed", "Silero on torch hears no speech in a recording that has some.")
    return Proof(
        f"Silero on torch finds {speech_s:.1f} s of speech.",
        {"spans": [[round(span.start_s, 3), round(span.stop_s, 3)] for span in spans]},
    )


def prove_kyutai(question: Path, device: str) -> Proof:
    """Stream the question's beginning through a tiny Kyutai, written to disk and loaded by the real code."""
    from earshot.audio.decoding import decode
    from earshot.engines.kyutai.model import SpeechModel
    from earshot.engines.kyutai.session import FRAME_SAMPLES
    from earshot.streaming.requests import SAMPLE_RATE_HZ

    with question.open("rb") as file:
        samples = decode(file, sample_rate_hz=SAMPLE_RATE_HZ, longest_s=_LONGEST_S)
    # On Windows a file that is mapped into memory cannot be removed.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        write(Path(folder))
        model = SpeechModel(Path(folder), device=device, precision="float32", threads=1, window_s=None)
    lane = model.open_lane()
    tokens = []
    started_s = time.perf_counter()
    for index in range(_FRAMES):
        begin = index * FRAME_SAMPLES
        taken = lane.take(samples[begin : begin + FRAME_SAMPLES], is_first=index == 0)
        tokens.append(taken.token)
    ms_per_frame = (time.perf_counter() - started_s) / _FRAMES * _MS_PER_S
    return Proof(
        f"A tiny Kyutai streams {_FRAMES} frames on {model.build}.",
        {"frames": _FRAMES, "msPerFrame": round(ms_per_frame, 1), "tokens": tokens, "heads": len(taken.pauses)},
    )
