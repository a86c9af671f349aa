"""Kokoro itself: the only place that touches ONNX Runtime."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from earshot.audio.samples import Samples, to_s16le
from earshot.engines.kokoro.phonemes import phonemes
from earshot.engines.kokoro.pieces import pieces
from earshot.engines.kokoro.voices import Style, language_of, open_voice

SAMPLE_RATE_HZ = 24_000

_MOST_PHONEMES = 200
"""Of one synthesis, which cannot be interrupted: about twelve seconds of speech. Kokoro's own limit is 510."""


class BrokenModel(RuntimeError):
    """The file is there, but ONNX Runtime cannot load it."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """Phonemes to say in one go, and the silence after them."""

    phonemes: str
    pause_s: float


class Synthesiser:
    """A loaded model and its voices. Every method blocks and belongs into the worker thread, one at a time."""

    def __init__(self, model: Path, voices: Mapping[str, Path], *, threads: int) -> None:
        """Load; raises FileNotFoundError, BadVoice or BrokenModel."""
        self._styles: dict[str, Style] = {name: open_voice(name, file) for name, file in voices.items()}
        if not model.is_file():
            raise FileNotFoundError(f"the voice model {model.name} is missing")
        self._kokoro = _load(model, threads)

    @property
    def is_on_gpu(self) -> bool:
        """Whether ONNX Runtime computes on a GPU: what it could not use is missing among the session's providers."""
        return "CUDAExecutionProvider" in self._kokoro.sess.get_providers()

    @property
    def voices(self) -> tuple[str, ...]:
        """Names of the voices."""
        return tuple(sorted(self._styles))

    def plan(self, text: str, voice: str) -> tuple[Utterance, ...]:
        """Cut a text into what is said one after the other: 20 ms for 4,000 letters. Nothing if no word is in it."""
        return tuple(self._utterances(text, voice))

    def say_all(self, plan: Iterable[Utterance], voice: str, speed: float) -> Iterator[bytes]:
        """Yield the sound of each utterance; for `Worker.iterate`, which makes one at a time in the worker thread."""
        for utterance in plan:
            yield self.say(utterance, voice, speed)

    def say(self, utterance: Utterance, voice: str, speed: float) -> bytes:
        """Return s16le PCM at 24 kHz, with the pause after it."""
        samples, _rate = self._kokoro.create(
            utterance.phonemes, self._styles[voice], speed=speed, is_phonemes=True, trim=True
        )
        # Trimmed of the silence Kokoro puts around everything, which is different every time.
        pause = np.zeros(round(utterance.pause_s / speed * SAMPLE_RATE_HZ), np.float32)
        return to_s16le(_one_channel(samples)) + to_s16le(pause)

    def _utterances(self, text: str, voice: str) -> Iterator[Utterance]:
        from kokoro_onnx.chunker import split_phonemes

        language = language_of(voice)
        for piece in pieces(text, language.sentences):
            spoken = phonemes(piece.text, language.phonemes, self._kokoro.tokenizer.vocab)
            *before, last = split_phonemes(spoken, _MOST_PHONEMES) or [""]
            for batch in before:
                yield Utterance(batch, 0.0)
            if last:
                yield Utterance(last, piece.pause_s)


def _one_channel(samples: Any) -> Samples:
    return np.asarray(samples, dtype=np.float32).reshape(-1)


def _load(model: Path, threads: int) -> Any:
    import onnxruntime
    from kokoro_onnx import Kokoro

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # A waiting thread that spins takes the core from the language model and from Whisper.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    except Exception as fault:  # each of ONNX Runtime's errors is a class of its own
        raise BrokenModel(f"the voice model cannot be loaded: {fault}") from fault
    with tempfile.TemporaryDirectory() as folder:
        # Kokoro insists on an archive of voices. Ours are given to it one by one, so an empty archive will do.
        archive = Path(folder) / "voices.npz"
        np.savez(archive)
        kokoro = Kokoro.from_session(session, str(archive))
        kokoro.voices.close()
    return kokoro
