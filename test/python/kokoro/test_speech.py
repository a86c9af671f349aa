"""OpenAI's speech route over real HTTP, with the real model."""

import json
import time
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import soundfile
from serving.running import Running, Start, spawn

ROUTE = "/v1/audio/speech"
KOKORO = ["-m", "earshot.engines.kokoro"]
LONG = "The capital of France is Paris, which is also its largest city, and it lies on the river Seine. "


def test_pcm_is_sound_of_about_the_right_length(kokoro: Running) -> None:
    answer = kokoro.post(
        ROUTE, {"model": "tts-1", "input": "The capital of France is Paris.", "response_format": "pcm"}
    )
    samples = np.frombuffer(answer.body, "<i2")
    assert answer.status == 200
    assert 1.2 < len(samples) / 24_000 < 3.5
    assert np.abs(samples).max() > 3_000


def test_wav_is_a_complete_file(kokoro: Running) -> None:
    answer = kokoro.post(ROUTE, {"input": "Sure."})
    samples, rate_hz = soundfile.read(BytesIO(answer.body), dtype="int16")
    assert (answer.status, rate_hz, samples.ndim) == (200, 24_000, 1)
    assert 0.4 < len(samples) / rate_hz < 1.6


def test_a_piece_begins_at_once_and_ends_with_a_pause(kokoro: Running) -> None:
    samples = np.frombuffer(kokoro.post(ROUTE, {"input": "Sure.", "response_format": "pcm"}).body, "<i2")
    loud = np.flatnonzero(np.abs(samples) > 300)
    assert loud[0] < 0.15 * 24_000
    assert (samples[-round(0.25 * 24_000) :] == 0).all()


def test_ordinary_text_leaves_no_warnings_in_the_log(kokoro: Running) -> None:
    assert kokoro.post(ROUTE, {"input": "Dr. Jones paid $3.50 at 10:05, twice."}).status == 200
    assert "WARNING" not in kokoro.said()


def test_speed_shortens(kokoro: Running) -> None:
    slow, fast = (
        len(kokoro.post(ROUTE, {"input": "How are you today?", "speed": speed, "response_format": "pcm"}).body)
        for speed in (0.8, 1.6)
    )
    assert fast < 0.7 * slow


def test_the_first_piece_is_there_long_before_the_last(kokoro: Running) -> None:
    began_s = time.monotonic()
    connection = kokoro.begin(ROUTE, {"input": LONG * 2, "response_format": "pcm"})
    response = connection.getresponse()
    first = response.read1(1 << 20)
    first_s = time.monotonic() - began_s
    rest = response.read()
    whole_s = time.monotonic() - began_s
    connection.close()
    assert response.getheader("content-type") == "audio/pcm"
    assert first_s < whole_s / 2
    assert len(first) + len(rest) > 4 * 48_000


def test_hanging_up_gives_up_the_rest(kokoro: Running) -> None:
    connection = kokoro.begin(ROUTE, {"input": LONG * 30, "response_format": "pcm"})
    connection.getresponse().read1(1)
    connection.close()
    began_s = time.monotonic()
    assert kokoro.post(ROUTE, {"input": "Sure."}).status == 200
    # The rest would have taken minutes.
    assert time.monotonic() - began_s < 20


def test_two_may_speak_at_once(kokoro: Running) -> None:
    one = kokoro.begin(ROUTE, {"input": "Good morning.", "response_format": "pcm"})
    other = kokoro.begin(ROUTE, {"input": "Good evening.", "voice": _other_voice(kokoro), "response_format": "pcm"})
    bodies = [connection.getresponse().read() for connection in (one, other)]
    one.close()
    other.close()
    assert all(len(body) > 20_000 for body in bodies)
    assert bodies[0] != bodies[1]


def test_the_voices_are_listed(kokoro: Running, kokoro_section: dict[str, object]) -> None:
    voices = kokoro_section["voices"]
    assert isinstance(voices, dict)
    assert kokoro.request("GET", "/v1/audio/voices").document == {"voices": sorted(voices)}


@pytest.mark.parametrize(
    ("document", "code", "message"),
    [
        ({"input": ""}, "nothing-to-say", "nothing to say"),
        ({"input": "…"}, "nothing-to-say", "nothing to say"),
        ({"input": "🙂🎉"}, "nothing-to-say", "nothing to say"),
        ({"input": "Hello", "voice": "alloy"}, "unknown-voice", 'There is no voice "alloy". There are: af_'),
        ({"input": "a" * 4_097}, "input-too-long", "4,097 characters; the limit is 4,096"),
        ({"input": "Hello", "response_format": "mp3"}, "bad-request", "'pcm' or 'wav'"),
        ({"input": "Hello", "speed": 5}, "bad-request", "less than or equal to 2"),
        ({"input": "Hello", "speed": "NaN"}, "bad-request", "speed"),
        ({"voice": "af_heart"}, "bad-request", "input: Field required"),
        ({"input": 3}, "bad-request", "valid string"),
        ([], "bad-request", "body"),
    ],
)
def test_bad_input_is_refused_with_the_reason(kokoro: Running, document: object, code: str, message: str) -> None:
    answer = kokoro.post(ROUTE, document)
    error = answer.document["error"]
    assert (answer.status, error["code"]) == (400, code)
    assert message in error["message"]


def test_a_very_long_word_is_spoken_in_parts(kokoro: Running) -> None:
    assert len(kokoro.post(ROUTE, {"input": "w" * 25, "response_format": "pcm"}).body) > 48_000


def test_it_is_ready_only_after_it_has_spoken(start_service: Start, kokoro_section: dict[str, object]) -> None:
    kokoro = start_service(KOKORO, kokoro_section)
    assert kokoro.post(ROUTE, {"input": "Hello"}).document["error"]["code"] == "not-ready"
    kokoro.wait_until_ready()
    health = kokoro.request("GET", "/health").document
    assert (health["device"], health["model"], health["build"]) == ("cpu", "kokoro-82m-int8", "none")


def test_a_bad_section_ends_the_process_with_two() -> None:
    running = spawn(KOKORO, json.dumps({"token": "0" * 64, "port": 0, "service": {"voices": {}, "voice": "x"}}))
    assert running.process.wait(30) == 2
    assert 'error: bad launch line: "voice" is "x"' in running.said()
    running.stop()


@pytest.mark.parametrize(
    ("field", "words"), [("model", "the voice model broken.onnx is missing"), ("voices", "broken.bin")]
)
def test_missing_files_are_named(
    start_service: Start, kokoro_section: dict[str, object], tmp_path: Path, field: str, words: str
) -> None:
    broken = {"model": str(tmp_path / "broken.onnx"), "voices": {"af_heart": str(tmp_path / "broken.bin")}}
    kokoro = start_service(KOKORO, {**kokoro_section, field: broken[field]})
    assert kokoro.process.wait(60) == 1
    assert words in kokoro.said().splitlines()[-1]


def test_a_broken_model_is_an_error(start_service: Start, kokoro_section: dict[str, object], tmp_path: Path) -> None:
    model = tmp_path / "broken.onnx"
    model.write_bytes(b"no model" * 100)
    kokoro = start_service(KOKORO, {**kokoro_section, "model": str(model)})
    assert kokoro.process.wait(60) == 1
    assert kokoro.said().splitlines()[-1].startswith("error: the voice model cannot be loaded: ")


def _other_voice(kokoro: Running) -> str:
    voices: list[str] = kokoro.request("GET", "/v1/audio/voices").document["voices"]
    return next(voice for voice in voices if voice != "af_heart")
