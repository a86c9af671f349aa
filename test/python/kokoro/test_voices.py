"""Voices and the languages they speak."""

from pathlib import Path

import numpy as np
import pytest
from earshot.engines.kokoro.settings import read_settings
from earshot.engines.kokoro.voices import STYLE_SHAPE, BadVoice, language_of, open_voice
from earshot.serving import BadLaunchLine

SECTION: dict[str, object] = {
    "model": "/models/kokoro.onnx",
    "modelId": "kokoro-82m-int8",
    "voices": {"af_heart": "/voices/af_heart.bin"},
    "voice": "af_heart",
    "device": "cpu",
    "threads": 2,
}


def test_a_voice_is_510_styles(tmp_path: Path) -> None:
    file = tmp_path / "af_heart.bin"
    file.write_bytes(np.arange(510 * 256, dtype="<f4").tobytes())
    style = open_voice("af_heart", file)
    assert style.shape == STYLE_SHAPE
    assert float(style[1, 0, 0]) == 256.0


@pytest.mark.parametrize("size", [0, 100, 4 * 510 * 256 - 1, 4 * 510 * 256 + 1])
def test_a_voice_of_another_size_is_none(tmp_path: Path, size: int) -> None:
    file = tmp_path / "af_heart.bin"
    file.write_bytes(bytes(size))
    with pytest.raises(BadVoice, match=r'the voice "af_heart" is broken: af_heart.bin has not 522,240 bytes'):
        open_voice("af_heart", file)


@pytest.mark.parametrize(
    ("voice", "language"), [("af_heart", "en-us"), ("bm_george", "en-gb"), ("ff_siwis", "fr-fr"), ("custom", "en-us")]
)
def test_the_name_of_a_voice_says_its_language(voice: str, language: str) -> None:
    assert language_of(voice).phonemes == language


def test_the_section_is_read() -> None:
    settings = read_settings(SECTION)
    assert settings.voices == {"af_heart": Path("/voices/af_heart.bin")}


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("model", None, "model"),
        ("voices", [], "voices"),
        ("voices", {"af_heart": 3}, "af_heart"),
        ("voice", "af_sky", "af_sky"),
        ("device", "cuda", "runs on the cpu"),
        ("threads", 0, "threads"),
    ],
)
def test_a_section_that_cannot_be_used_is_refused(field: str, value: object, reason: str) -> None:
    with pytest.raises(BadLaunchLine, match=reason):
        read_settings({**SECTION, field: value})
