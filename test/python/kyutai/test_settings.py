"""Kyutai's section of the launch line."""

import pytest
from earshot.engines.kyutai.settings import Settings, read_settings
from earshot.serving import BadLaunchLine

SECTION: dict[str, object] = {
    "model": "model",
    "modelId": "stt-1b-en_fr",
    "device": "GPU-1",
    "precision": "bfloat16",
    "threads": 2,
    "windowSeconds": 10,
    "warmupAudio": "question.wav",
}


def test_everything_in_it_is_read() -> None:
    settings = read_settings(SECTION)
    assert isinstance(settings, Settings)
    assert (settings.device, settings.precision, settings.window_s) == ("GPU-1", "bfloat16", 10.0)
    assert (str(settings.model), settings.model_id, str(settings.warmup_audio), settings.threads) == (
        "model",
        "stt-1b-en_fr",
        "question.wav",
        2,
    )


def test_without_a_window_the_model_looks_as_far_back_as_it_was_trained_to() -> None:
    assert read_settings({**SECTION, "windowSeconds": None}).window_s is None


@pytest.mark.parametrize(
    "change",
    [
        {"precision": "int8"},
        {"threads": 0},
        {"windowSeconds": 0},
        {"windowSeconds": True},
        {"windowSeconds": "ten"},
        {"device": None},
    ],
)
def test_what_cannot_be_used_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(BadLaunchLine):
        read_settings({**SECTION, **change})
