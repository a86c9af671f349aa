"""Whisper and the voice activity detector beside it: the only place that touches CTranslate2."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from earshot.audio.samples import Samples
from earshot.engines.whisper.transcript import Decoded
from earshot.engines.whisper.voicing import Voicing

SAMPLE_RATE_HZ = 16_000
WINDOW_S = 28
"""The longest sound recognised at once. Whisper hears 30 s; the rest is room for a timestamp past the last word."""

_VOICING_SAMPLES = 512
_MODEL_FILES = ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt")

_TOKENS_PER_S = 12
_TOKENS_BESIDES = 16
"""People stay under seven tokens a second; a decoder caught in a loop runs on to 448 without a limit."""

_RETRY_BEAM = 5
_RETRY_LONGEST_REPEAT = 3


class BrokenModel(RuntimeError):
    """The files are there, but CTranslate2 cannot load them as asked."""


class UnknownLanguage(ValueError):
    """The model does not know the language; the message names those it does."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """What the encoder made of one window; opaque."""

    output: Any


class SpeechModel:
    """A loaded model. Every method blocks and belongs into the worker thread, one at a time."""

    def __init__(self, folder: Path, *, device: str, precision: str, threads: int) -> None:
        """Load; raises FileNotFoundError for a folder without a model and BrokenModel for one that cannot be loaded."""
        for name in _MODEL_FILES:
            if not (folder / name).is_file():
                raise FileNotFoundError(f"the speech model is incomplete: {name} is missing")

        from faster_whisper import WhisperModel
        from faster_whisper.tokenizer import Tokenizer
        from faster_whisper.transcribe import get_suppressed_tokens
        from faster_whisper.vad import get_vad_model

        try:
            self._whisper = WhisperModel(str(folder), device=device, compute_type=precision, cpu_threads=threads)
        except (RuntimeError, ValueError) as fault:
            raise BrokenModel(f"the speech model cannot be loaded: {fault}") from fault
        self._tokenizer = Tokenizer
        self._voice_activity = get_vad_model()
        self._suppressed = get_suppressed_tokens(self._tokens(self.languages[0]), [-1])

    @property
    def is_on_gpu(self) -> bool:
        """Whether CTranslate2 has put the model on a GPU."""
        return str(self._whisper.model.device) == "cuda"

    @property
    def languages(self) -> tuple[str, ...]:
        """Codes of the languages the model knows."""
        return tuple(self._whisper.supported_languages)

    @property
    def timestamp_begin(self) -> int:
        """The first token that is a time."""
        return int(self._tokens(self.languages[0]).timestamp_begin)

    def check_language(self, language: str | None) -> None:
        """Raise UnknownLanguage for a code the model does not know; None is for detecting it."""
        if language is not None and language not in self.languages:
            raise UnknownLanguage(f'"{language}" is not among the languages {", ".join(self.languages)}.')

    def hear_voices(self, samples: Samples) -> Voicing:
        """Run Silero over samples at 16 kHz: 7 ms for a question, 60 ms for a whole window."""
        padding = -len(samples) % _VOICING_SAMPLES
        probabilities = self._voice_activity(np.pad(samples, (0, padding)))
        return Voicing(np.asarray(probabilities, dtype=np.float32).reshape(-1))

    def encode(self, samples: Samples) -> Encoded:
        """Encode at most `WINDOW_S` at 16 kHz; costs the same however short it is, as Whisper pads it to 30 s."""
        from faster_whisper.audio import pad_or_trim

        features = self._whisper.feature_extractor(samples)
        return Encoded(self._whisper.encode(pad_or_trim(features)))

    def detect_language(self, encoded: Encoded) -> str:
        """Return the code of the likeliest language."""
        if not self._whisper.model.is_multilingual:
            return self.languages[0]
        ((token, _probability), *_others) = self._whisper.model.detect_language(encoded.output)[0]
        return str(token).strip("<|>")

    def decode(self, encoded: Encoded, *, language: str, duration_s: float, again: bool = False) -> Decoded:
        """Write down what was encoded, greedily: five beams cost 150 ms more and made no fewer errors (2.1 % both).

        Args:
            encoded: one window.
            language: of what is said.
            duration_s: of the window; limits the number of tokens.
            again: the first try ended in a loop: search wider and forbid repetitions.
        """
        tokenizer = self._tokens(language)
        # With timestamps, or Whisper stops after the first sentences of a long window and nobody can tell where:
        # half of the words of 27 s were missing without, none with.
        prompt = self._whisper.get_prompt(tokenizer, [], without_timestamps=False)
        most_tokens = min(_TOKENS_BESIDES + round(_TOKENS_PER_S * duration_s), self._whisper.max_length - len(prompt))
        (result,) = self._whisper.model.generate(
            encoded.output,
            [prompt],
            beam_size=_RETRY_BEAM if again else 1,
            no_repeat_ngram_size=_RETRY_LONGEST_REPEAT if again else 0,
            max_length=len(prompt) + most_tokens,
            return_scores=True,
            return_no_speech_prob=True,
            suppress_tokens=self._suppressed,
        )
        tokens = tuple(result.sequences_ids[0])
        return Decoded(
            tokens=tokens,
            # CTranslate2 leaves the end token out of the length it divides by.
            log_probability=result.scores[0] * len(tokens) / (len(tokens) + 1),
            no_speech_probability=result.no_speech_prob,
            is_cut_off=len(tokens) >= most_tokens,
        )

    def text(self, tokens: Sequence[int]) -> str:
        """Return the text of tokens; timestamps are left out."""
        return str(self._tokens(self.languages[0]).decode(list(tokens)))

    def _tokens(self, language: str) -> Any:
        return self._tokenizer(
            self._whisper.hf_tokenizer, self._whisper.model.is_multilingual, task="transcribe", language=language
        )
