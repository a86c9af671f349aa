"""From sound to words, in steps that can be given up."""

from dataclasses import dataclass, replace

from earshot.audio.samples import Samples, resampled
from earshot.engines.whisper.model import SAMPLE_RATE_HZ, SpeechModel
from earshot.engines.whisper.steps import Steps
from earshot.engines.whisper.transcript import Segment, Span, Verdict, judge, segments, spans
from earshot.engines.whisper.voicing import Voicing

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
    """What was said in a sound, or in its beginning.

    Attributes:
        rest_s: where the rest begins that has to be recognised on its own, more than 0; None when nothing is left.
        segments: in order, times in seconds from the sound's beginning.
        language: code; None when nobody spoke.
        log_probability: average over the tokens of all segments.
        no_speech_probability: what Whisper thinks of there being nothing to hear.
    """

    rest_s: float | None
    segments: tuple[Segment, ...] = ()
    language: str | None = None
    log_probability: float = 0.0
    no_speech_probability: float = 1.0

    def later(self, by_s: float) -> "Recognition":
        """Return the same, heard `by_s` later in a longer sound; `rest_s` still counts from its own beginning."""
        return replace(self, segments=tuple(segment.later(by_s) for segment in self.segments))


def recognise(
    model: SpeechModel,
    samples: Samples,
    *,
    sample_rate_hz: int = SAMPLE_RATE_HZ,
    language: str | None,
    more_follows: bool,
) -> Steps[Recognition]:
    """Recognise at most `model.WINDOW_S` of sound.

    Args:
        model: loaded.
        samples: the sound, at `sample_rate_hz`.
        sample_rate_hz: Whisper's own or another.
        language: code; None to detect it.
        more_follows: the sound goes on: it is cut in a pause and not where it happens to end.
    """
    if sample_rate_hz != SAMPLE_RATE_HZ:
        samples = resampled(samples, from_hz=sample_rate_hz, to_hz=SAMPLE_RATE_HZ)
    voicing = model.hear_voices(samples)
    length_s = len(samples) / SAMPLE_RATE_HZ
    if not voicing.has_speech:
        return Recognition(rest_s=max(length_s - _ONSET_S, length_s / 2) if more_follows else None)
    rest_s = voicing.pause(length_s / 2, length_s) if more_follows else None
    if rest_s is not None:
        voicing = voicing.until(rest_s)
    begin_s, end_s = _around_speech(voicing, length_s if rest_s is None else rest_s)
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
    stopped_s = _stopped(found, voicing, begin_s, end_s)
    if stopped_s is not None:
        end_s = rest_s = stopped_s
    return Recognition(
        rest_s=rest_s,
        segments=segments(found, model.text, voicing, begin_s=begin_s, end_s=end_s),
        language=language,
        log_probability=decoded.log_probability,
        no_speech_probability=decoded.no_speech_probability,
    )


def _around_speech(voicing: Voicing, length_s: float) -> tuple[float, float]:
    """Leave out silence before and after: Whisper takes a long one for a reason to make words up."""
    first_s, last_s = voicing.speech()
    return max(0.0, first_s - _MARGIN_S), min(length_s, last_s + _MARGIN_S)


def _stopped(found: list[Span], voicing: Voicing, begin_s: float, end_s: float) -> float | None:
    """Return the pause nearest to where Whisper stopped while somebody went on speaking; None if it did not."""
    last_stop_s = found[-1].stop_s if found else None
    if last_stop_s is None or last_stop_s < _UNHEARD_S:
        return None
    stop_s = begin_s + last_stop_s
    if voicing.voiced_s(stop_s, end_s) < _UNHEARD_S:
        return None
    return voicing.pause(stop_s - _TIMESTAMP_ERROR_S, stop_s + _TIMESTAMP_ERROR_S)
