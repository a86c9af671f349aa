"""The real engine in its own process: loaded from files, streamed through a WebSocket, killed in the middle of it."""

import signal
from contextlib import ExitStack
from typing import Any

import pytest
from earshot.engines.kyutai.model import MOST_LANES
from kyutai.hearing import LOAD_LIMIT_S, Said, until_marker
from serving.running import Running, Start
from streaming.client import STEP_SAMPLES, Client, session
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from whisper.questions import Question, questions, wav

QUESTION: Question = questions()[0]
MULTIPART = "multipart/form-data; boundary=earshot"


def test_it_says_what_runs_where(kyutai: Running) -> None:
    import torch

    health = kyutai.request("GET", "/health").document
    build = "cpu" if torch.version.cuda is None else f"cu{torch.version.cuda.replace('.', '')}"
    assert (health["state"], health["device"], health["model"], health["build"]) == (
        "ready",
        "cpu",
        "tiny-kyutai",
        build,
    )
    assert "torch" not in health


def test_a_check_hears_something_however_many_listen(kyutai: Running) -> None:
    with ExitStack() as open_sessions:
        for _ in range(MOST_LANES):
            open_sessions.enter_context(session(kyutai))
        answer = kyutai.post("/check", None)
    assert answer.status == 200
    print(f"heard again in {answer.document['ms']} ms")


def test_a_question_is_streamed_with_words_steps_and_the_marker(kyutai: Running) -> None:
    said = _ask(kyutai)
    assert said.marker == 1
    assert len(said.steps) == -(-len(QUESTION.samples) // STEP_SAMPLES)
    assert all(len(heads) == 4 for heads in said.pauses)
    assert said.text
    length_s = len(QUESTION.samples) / 24_000
    assert all(0 <= start_s < stop_s <= length_s + 0.1 for _, start_s, stop_s in said.words)


def test_the_same_question_is_heard_the_same_whoever_spoke_before(kyutai: Running) -> None:
    first = _ask(kyutai)
    with session(kyutai) as client:
        client.hear(questions()[1].samples)
        # Hang up in the middle of it.
    assert _ask(kyutai) == first


def test_a_file_has_the_words_of_the_stream(kyutai: Running) -> None:
    answer = _post(kyutai, wav(QUESTION.samples, subtype="FLOAT"), "verbose_json")
    assert answer["text"] == _ask(kyutai).text
    assert answer["duration"] == pytest.approx(len(QUESTION.samples) / 24_000, abs=0.001)
    assert " ".join(word["word"] for word in answer["words"]) == answer["text"]


def test_what_is_no_sound_is_refused(kyutai: Running) -> None:
    assert _post(kyutai, b"not a sound", "json")["error"]["code"] == "unreadable-sound"


def test_too_many_at_once_are_told_so(kyutai: Running) -> None:
    url = f"ws://127.0.0.1:{kyutai.port}/api/asr-streaming"
    with ExitStack() as open_sessions:
        for _ in range(MOST_LANES):
            open_sessions.enter_context(session(kyutai))
        with connect(url, additional_headers={"kyutai-api-key": kyutai.token}, compression=None) as connection:
            refusal = Client(connection).receive()
    assert refusal == {"type": "Error", "message": "too many listen at once; one of them has to end first"}
    assert _ask(kyutai).text


def test_a_process_killed_in_the_middle_of_a_word_ends_the_session(
    start_service: Start, kyutai_section: dict[str, object]
) -> None:
    running: Running = start_service(["-m", "earshot.engines.kyutai"], kyutai_section)
    running.wait_until_ready(LOAD_LIMIT_S)
    with pytest.raises(ConnectionClosed), session(running) as client:
        client.hear(QUESTION.samples)
        client.send("Marker", id=1)
        client.receive()
        running.process.send_signal(signal.SIGKILL)
        while client.receive()["type"] != "Marker":
            pass
        client.receive()


def _ask(kyutai: Running) -> Said:
    with session(kyutai) as client:
        client.hear(QUESTION.samples)
        client.send("Marker", id=1)
        return until_marker(client)


def _post(kyutai: Running, file: bytes, response_format: str) -> Any:
    part = b'--earshot\r\ncontent-disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
    body = part % (b"response_format", b"", response_format.encode())
    body += part % (b"file", b'; filename="question.wav"', file) + b"--earshot--\r\n"
    answer = kyutai.request("POST", "/v1/audio/transcriptions", body, {**kyutai.headers(), "Content-Type": MULTIPART})
    return answer.document
