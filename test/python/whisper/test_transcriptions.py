"""OpenAI's transcription route over real HTTP, with the real model."""

import time
from http.client import HTTPConnection
from uuid import uuid4

import numpy as np
import pytest
from earshot.audio.samples import resampled
from serving.running import Answer, Running
from whisper.questions import Question, noise, questions, silence, wav, word_errors

QUESTIONS = questions()
CAPITAL = QUESTIONS[0]
ROUTE = "/v1/audio/transcriptions"


def test_json_has_the_text(whisper: Running) -> None:
    answer = _transcribe(whisper, wav(CAPITAL.samples), model="whisper-1")
    assert (answer.status, answer.document) == (200, {"text": CAPITAL.text})


def test_text_is_the_text_alone(whisper: Running) -> None:
    answer = _transcribe(whisper, wav(CAPITAL.samples), response_format="text")
    assert (answer.status, answer.body.decode()) == (200, CAPITAL.text + "\n")


def test_verbose_json_has_segments_and_words(whisper: Running) -> None:
    document = _transcribe(whisper, wav(CAPITAL.samples), response_format="verbose_json").document
    assert document["text"] == CAPITAL.text
    assert document["language"] == "en"
    assert document["duration"] == pytest.approx(len(CAPITAL.samples) / 24_000, abs=0.01)
    (segment,) = document["segments"]
    assert segment["text"] == CAPITAL.text
    assert 0 <= segment["start"] < segment["end"] <= document["duration"]
    assert segment["no_speech_prob"] < 0.6
    assert " ".join(word["word"] for word in document["words"]) == CAPITAL.text


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_24", "PCM_32", "FLOAT"])
def test_every_sample_format_is_understood(whisper: Running, subtype: str) -> None:
    assert _transcribe(whisper, wav(CAPITAL.samples, subtype=subtype)).document["text"] == CAPITAL.text


def test_stereo_at_another_rate_is_understood(whisper: Running) -> None:
    mono = resampled(CAPITAL.samples, from_hz=24_000, to_hz=48_000)
    stereo = np.stack([mono, 0.2 * mono], axis=1)
    assert _transcribe(whisper, wav(stereo, rate_hz=48_000)).document["text"] == CAPITAL.text


def test_a_file_longer_than_a_window_loses_nothing(whisper: Running) -> None:
    sound = np.concatenate([question.samples for question in QUESTIONS])
    document = _transcribe(whisper, wav(sound), response_format="verbose_json").document
    wrong, said = word_errors(" ".join(question.text for question in QUESTIONS), document["text"])
    assert wrong / said < 0.1
    starts = [word["start"] for word in document["words"]]
    assert starts == sorted(starts)
    assert starts[-1] == pytest.approx(_last_words_start_s(QUESTIONS), abs=2)


def test_ten_minutes_of_silence_have_no_words_and_take_no_time(whisper: Running) -> None:
    started_s = time.monotonic()
    assert _transcribe(whisper, wav(silence(600), subtype="PCM_U8")).document == {"text": ""}
    assert time.monotonic() - started_s < 20


def test_noise_has_no_words(whisper: Running) -> None:
    assert _transcribe(whisper, wav(noise(20, loudness=0.1))).document == {"text": ""}


def test_the_language_can_be_said(whisper: Running) -> None:
    assert _transcribe(whisper, wav(CAPITAL.samples), language="en").document["text"] == CAPITAL.text


@pytest.mark.parametrize(
    ("content", "fields", "code", "message"),
    [
        (b"", {}, "unreadable-sound", "not a sound file"),
        (b"This is no sound." * 100, {}, "unreadable-sound", "not a sound file"),
        (wav(silence(0)), {}, "unreadable-sound", "empty"),
        (wav(silence(1)), {"language": "klingon"}, "unknown-language", '"klingon" is not among'),
        (wav(silence(1)), {"response_format": "srt"}, "bad-request", "'json', 'text' or 'verbose_json'"),
        (None, {"model": "whisper-1"}, "bad-request", "file: Field required"),
    ],
    ids=["nothing", "text", "empty", "language", "format", "no file"],
)
def test_bad_input_is_refused_with_the_reason(
    whisper: Running, content: bytes | None, fields: dict[str, str], code: str, message: str
) -> None:
    answer = _transcribe(whisper, content, **fields)
    error = answer.document["error"]
    assert (answer.status, error["type"], error["code"]) == (400, "invalid_request_error", code)
    assert message in error["message"]


def test_more_than_an_hour_is_refused(whisper: Running) -> None:
    hour = np.zeros(3_601 * 8_000, np.float32)
    answer = _transcribe(whisper, wav(hour, rate_hz=8_000, subtype="PCM_U8"))
    assert (answer.status, answer.document["error"]["message"]) == (400, "The sound is longer than 60 minutes.")


def test_what_is_no_form_is_refused(whisper: Running) -> None:
    answer = whisper.post(ROUTE, {"file": "question.wav"})
    assert answer.status == 400
    assert "file" in answer.document["error"]["message"]


def test_work_for_a_client_that_left_is_given_up(whisper: Running) -> None:
    minutes = np.concatenate([question.samples for question in QUESTIONS * 10])
    body, headers = _form(whisper, wav(minutes), {})
    connection = HTTPConnection("127.0.0.1", whisper.port)
    connection.request("POST", ROUTE, body, headers)
    time.sleep(1)
    connection.close()
    given_up = f'earshot_requests_total{{route="{ROUTE}",status="499"}} 1.0'
    deadline_s = time.monotonic() + 20
    while given_up not in whisper.request("GET", "/metrics").body.decode():
        assert time.monotonic() < deadline_s
        time.sleep(0.1)


def _transcribe(whisper: Running, content: bytes | None, **fields: str) -> Answer:
    body, headers = _form(whisper, content, fields)
    return whisper.request("POST", ROUTE, body, headers)


def _form(whisper: Running, content: bytes | None, fields: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    boundary = uuid4().hex
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    if content is not None:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="sound.wav"\r\n\r\n'
        parts.append(head.encode() + content + b"\r\n")
    body = b"".join(parts) + f"--{boundary}--\r\n".encode()
    return body, {**whisper.headers(), "Content-Type": f"multipart/form-data; boundary={boundary}"}


def _last_words_start_s(spoken: list[Question]) -> float:
    return sum(len(question.samples) for question in spoken[:-1]) / 24_000 + spoken[-1].speech_end_s
