"""From sound to words, in steps that can be given up."""

from collections.abc import Callable
from dataclasses import dataclass

from earshot.audio.samples import Samples
from earshot.engines.whisper.model import SAMPLE_RATE_HZ, WINDOW_S, SpeechModel
from earshot.engines.whisper.steps import Steps
from earshot.engines.whisper.transcript import Segment, Span, Verdict, judge, segments, spans
from earshot.engines.whisper.voicing import Voicing

_EARLIEST_CUT_S = WINDOW_S / 2
_MARGIN_S = 0.4
"""Silence kept around speech, so that no first or last sound is lost."""

_ONSET_S = 0.5
"""Of a silent window with more to follow this much is heard again: a word may begin in its last frames."""

_TIMESTAMP_ERROR_S = 0.5
"""Whisper base likes whole seconds."""

_UNHEARD_S = 1.0
"""With this much speech after the last timestamp Whisper stopped too early: the rest is heard on its own."""


@dataclass(frozen=True, slots=True)
class Recognition:
    """What was said in the first `until_s` seconds of a sound; what comes after has to be recognised on its own.

    Attributes:
        until_s: more than 0; the length of the sound when nothing is left.
        segments: in order, times in seconds from the sound's beginning.
        language: code; None when nobody spoke.
        log_probability: average over the tokens of all segments.
        no_speech_probability: what Whisper thinks of there being nothing to hear.
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
    voicing = model.hear_voices(samples)
    length_s = len(samples) / SAMPLE_RATE_HZ
    if not voicing.has_speech:
        return Recognition(until_s=max(length_s - _ONSET_S, length_s / 2) if more_follows else length_s)
    if more_follows:
        length_s = voicing.pause(min(_EARLIEST_CUT_S, length_s / 2), length_s)
        voicing = voicing.until(length_s)
    begin_s, end_s = _around_speech(voicing, length_s)
    window = samples[round(begin_s * SAMPLE_RATE_HZ) : round(end_s * SAMPLE_RATE_HZ)]
    yield

    encoded = model.encode(window)
    yield

    if language is None:
        language = model.detect_language(encoded)
        yield

    decoded = model.decode(encoded, language=language, duration_s=end_s - begin_s)
    verdict = judge(decoded, model.text(decoded.tokens))
    if verdict is Verdict.AGAIN:
        yield
        decoded = model.decode(encoded, language=language, duration_s=end_s - begin_s, again=True)
        verdict = judge(decoded, model.text(decoded.tokens))
    found = [] if verdict is Verdict.DROP else spans(decoded.tokens, model.timestamp_begin)
    until_s = _heard_until(found, voicing, begin_s, length_s)
    return Recognition(
        until_s=until_s,
        segments=segments(found, model.text, voicing, begin_s=begin_s, end_s=min(end_s, until_s)),
        language=language,
        log_probability=decoded.log_probability,
        no_speech_probability=decoded.no_speech_probability,
    )


def _around_speech(voicing: Voicing, length_s: float) -> tuple[float, float]:
    """Leave out silence before and after: Whisper takes a long one for a reason to make words up."""
    first_s, last_s = voicing.speech()
    return max(0.0, first_s - _MARGIN_S), min(length_s, last_s + _MARGIN_S)


def _heard_until(found: list[Span], voicing: Voicing, begin_s: float, length_s: float) -> float:
    """Return where to go on: the end, or the pause nearest to where Whisper stopped while somebody went on speaking."""
    last_stop_s = found[-1].stop_s if found else None
    if last_stop_s is None:
        return length_s
    stop_s = begin_s + last_stop_s
    if stop_s < _UNHEARD_S or voicing.voiced_s(stop_s, length_s) < _UNHEARD_S:
        return length_s
    return voicing.pause(stop_s - _TIMESTAMP_ERROR_S, stop_s + _TIMESTAMP_ERROR_S)
