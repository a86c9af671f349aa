"""From sound to words, in steps that can be given up."""

from collections.abc import Callable
from dataclasses import dataclass

from earshot.audio.samples import Samples
from earshot.engines.whisper.model import SAMPLE_RATE_HZ, WINDOW_S, Encoded, SpeechModel
from earshot.engines.whisper.steps import Steps
from earshot.engines.whisper.transcript import Decoded, Segment, Span, Verdict, judge, segments, spans
from earshot.engines.whisper.voicing import Voicing

_EARLIEST_CUT_S = WINDOW_S / 2
_MARGIN_S = 0.4
"""Silence left around speech: without any, Whisper loses first and last sounds."""

_ONSET_S = 0.5
"""Of a silent window before more sound, this much is heard again: a word may begin in its last frames."""

_UNHEARD_S = 0.6
"""With this much speech after Whisper's last timestamp it stopped too early, and the rest is heard on its own."""

_LEAST_PROGRESS_S = 1.0


@dataclass(frozen=True, slots=True)
class Recognition:
    """What was said in the first `until_s` seconds of a sound; the rest has to be recognised on its own.

    Attributes:
        until_s: always beyond 0; the length of the sound when nothing is left.
        segments: in order, times in seconds from the sound's beginning.
        language: code; None when nothing was said.
        log_probability: average over the tokens of all segments.
        no_speech_probability: Whisper's own.
    """

    until_s: float
    segments: tuple[Segment, ...] = ()
    language: str | None = None
    log_probability: float = 0.0
    no_speech_probability: float = 1.0


def recognise(
    model: SpeechModel, sound: Callable[[], Samples], *, language: str | None, more_follows: bool
) -> Steps[Recognition]:
    """Recognise at most `WINDOW_S` of sound.

    Args:
        model: loaded.
        sound: gives the samples at 16 kHz; called in the first step.
        language: code; None to detect it.
        more_follows: the sound goes on: it is cut in a pause and not where it happens to end.
    """
    samples = sound()
    length_s = len(samples) / SAMPLE_RATE_HZ
    voicing = model.hear_voices(samples)
    if not voicing.has_speech:
        return Recognition(until_s=max(length_s - _ONSET_S, length_s / 2) if more_follows else length_s)
    cut_s = voicing.pause(min(_EARLIEST_CUT_S, length_s / 2), length_s) if more_follows else length_s
    voicing = Voicing(voicing.probabilities[: round(cut_s * SAMPLE_RATE_HZ / 512)])
    raise NotImplementedError
