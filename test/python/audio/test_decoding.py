"""Sound files as people and programs really make them."""

from io import BytesIO

import numpy as np
import pytest
import soundfile
from earshot.audio.decoding import UnreadableSound, decode

RATE_HZ = 48_000
TONE = (0.5 * np.sin(2 * np.pi * 440 * np.arange(2 * RATE_HZ) / RATE_HZ)).astype(np.float32)


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "IMA_ADPCM"])
def test_every_kind_of_wav_sounds_the_same(subtype: str) -> None:
    samples = _decode(_file(np.stack([TONE, TONE], axis=1), subtype=subtype))
    # ADPCM comes in whole blocks.
    assert 32_000 <= len(samples) < 33_000
    assert 0.45 < np.abs(samples).max() < 0.55
    assert _loudest_hz(samples) == pytest.approx(440, abs=2)


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 22_050, 44_100, 96_000])
def test_every_rate_becomes_the_wanted_one(rate_hz: int) -> None:
    tone = np.sin(2 * np.pi * 440 * np.arange(rate_hz) / rate_hz).astype(np.float32)
    samples = _decode(_file(tone, rate_hz=rate_hz))
    assert len(samples) == pytest.approx(16_000, abs=1)
    assert _loudest_hz(samples) == pytest.approx(440, abs=2)


@pytest.mark.parametrize("kind", ["FLAC", "OGG", "MP3"])
def test_other_files_are_read_as_well(kind: str) -> None:
    assert len(_decode(_file(TONE, kind=kind, subtype=None))) == pytest.approx(32_000, abs=1_200)


def test_channels_are_averaged() -> None:
    samples = _decode(_file(np.stack([TONE, -TONE], axis=1)))
    assert np.abs(samples).max() < 1e-3


def test_what_is_no_number_is_silence() -> None:
    samples = _decode(_file(np.array([np.nan, np.inf, -np.inf, 0.0], np.float32), subtype="FLOAT", rate_hz=16_000))
    assert np.isfinite(samples).all()


def test_a_file_cut_off_gives_what_is_there() -> None:
    whole = _file(TONE)
    assert len(_decode(whole[: len(whole) // 2])) == pytest.approx(16_000, abs=10)


def test_a_streamed_wav_without_its_length_is_read_to_its_end() -> None:
    streamed = bytearray(_file(TONE))
    size = streamed.find(b"data") + 4
    streamed[4:8] = streamed[size : size + 4] = b"\xff" * 4
    assert len(_decode(bytes(streamed))) == 32_000


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not a sound file"),
        (b"hello, this is a text", "not a sound file"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "not a sound file"),
        (bytes(range(256)) * 40, "not a sound file"),
    ],
)
def test_what_is_no_sound_is_said_to_be_none(content: bytes, message: str) -> None:
    with pytest.raises(UnreadableSound, match=message):
        _decode(content)


def test_a_sound_without_a_sample_is_empty() -> None:
    with pytest.raises(UnreadableSound, match="empty"):
        _decode(_file(np.zeros(0, np.float32)))


def test_a_sound_over_the_limit_is_refused_before_it_is_read() -> None:
    with pytest.raises(UnreadableSound, match="longer than 1 minutes"):
        _decode(_file(np.zeros(61 * 8_000, np.float32), rate_hz=8_000))


def _decode(content: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return decode(BytesIO(content), sample_rate_hz=16_000, longest_s=60)


def _file(
    samples: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
    *,
    rate_hz: int = RATE_HZ,
    kind: str = "WAV",
    subtype: str | None = "PCM_16",
) -> bytes:
    file = BytesIO()
    soundfile.write(file, samples, rate_hz, format=kind, subtype=subtype)
    return file.getvalue()


def _loudest_hz(samples: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> float:
    return float(np.abs(np.fft.rfft(samples)).argmax()) * 16_000 / len(samples)
