"""Kokoro says it, Whisper writes it down: two real processes, and the words that get lost between them."""

from pathlib import Path

import numpy as np
import pytest
from earshot.audio.samples import Samples
from kokoro.section import section
from serving.running import Running, Start
from streaming.client import session
from whisper.questions import word_errors

TEXTS = (
    ("af_heart", "The capital of France is Paris."),
    ("bf_emma", "Sure, I can set a timer and turn off the lights in the kitchen."),
    ("am_michael", "The river begins high up in the mountains, flows through three countries, and ends in the sea."),
    ("bm_george", "Dr. Smith from the hospital said it was nothing, but you should rest for a day."),
    ("af_heart", "Bread is made of flour, water, salt and yeast. It has to rise before it is baked."),
)
SOUND_NOISE_RATIO_DB = 15


@pytest.fixture(scope="module")
def spoken(start_shared_service: Start, models: Path) -> list[tuple[str, Samples]]:
    """Return every text with its sound."""
    kokoro = start_shared_service(["-m", "earshot.engines.kokoro"], section(models))
    kokoro.wait_until_ready()
    return [(text, _say(kokoro, voice, text)) for voice, text in TEXTS]


@pytest.mark.parametrize("noisy", [False, True], ids=["clean", "15 dB of noise"])
def test_what_is_said_is_heard(whisper: Running, spoken: list[tuple[str, Samples]], noisy: bool) -> None:
    wrong = said = 0
    with session(whisper) as client:
        for marker, (text, samples) in enumerate(spoken):
            client.begin()
            client.hear(_with_noise(samples) if noisy else samples)
            errors, words = word_errors(text.replace("Dr.", "Doctor"), client.ask(marker).text.replace("Dr.", "Doctor"))
            wrong += errors
            said += words
    assert wrong / said < 0.1


def _say(kokoro: Running, voice: str, text: str) -> Samples:
    answer = kokoro.post("/v1/audio/speech", {"input": text, "voice": voice, "response_format": "pcm"})
    assert answer.status == 200, answer.body
    return np.asarray(np.frombuffer(answer.body, "<i2") / 32_768, dtype=np.float32)


def _with_noise(samples: Samples) -> Samples:
    power = float(np.mean(samples**2)) / 10 ** (SOUND_NOISE_RATIO_DB / 10)
    noise = np.random.default_rng(7).normal(size=len(samples)) * np.sqrt(power)
    return np.asarray(samples + noise, dtype=np.float32)
