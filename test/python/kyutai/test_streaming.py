"""The session over a real WebSocket, with a model that writes what it is told: moshi-server's protocol."""

import time
from pathlib import Path

import numpy as np
import pytest
from earshot.audio.samples import Samples
from kyutai.hearing import FRAME_S, spoken, until_marker
from serving.running import Running, Start
from streaming.client import STEP_SAMPLES, Client, session
from websockets.exceptions import ConnectionClosed

FAKE = str(Path(__file__).parent / "fake_kyutai.py")
QUESTION = spoken("HOW  MANY  ")


@pytest.fixture(scope="module")
def kyutai(start_shared_service: Start) -> Running:
    """Return a fake that answers at once."""
    return _ready(start_shared_service, 0.0)


@pytest.fixture(scope="module")
def slow_kyutai(start_shared_service: Start) -> Running:
    """Return a fake that takes as long for a frame as a small graphics card."""
    return _ready(start_shared_service, 0.03)


def test_words_come_with_their_times_and_the_marker_after_them(kyutai: Running) -> None:
    with session(kyutai) as client:
        client.hear(QUESTION)
        client.send("Marker", id=17)
        said = until_marker(client)
    assert said.marker == 17
    assert [text for text, _, _ in said.words] == ["HOW", "MANY"]
    assert _frames(said.words) == [(0, 3), (5, 9)]


def test_words_come_while_somebody_speaks_and_nobody_asks(kyutai: Running) -> None:
    with session(kyutai) as client:
        client.hear(spoken("HOW" + " " * 10))
        kinds = [client.receive()["type"] for _ in range(13 + 2)]
    assert sorted(kinds) == ["EndWord"] + ["Step"] * 13 + ["Word"]


def test_every_frame_of_audio_is_told_with_what_the_model_hears_of_a_pause(kyutai: Running) -> None:
    with session(kyutai) as client:
        client.hear(QUESTION)
        client.send("Marker", id=1)
        said = until_marker(client)
    assert [heads[2] > 0.6 for heads in said.pauses] == [letter == " " for letter in "HOW  MANY  "]
    assert [heads[2] < 0.4 for heads in said.pauses] == [letter != " " for letter in "HOW  MANY  "]
    assert list(said.steps) == list(range(said.steps[0], said.steps[0] + len(QUESTION) // STEP_SAMPLES))


@pytest.mark.parametrize("chunk_samples", [500, 1_920, 5_000, 24_000])
def test_audio_may_be_cut_anywhere(kyutai: Running, chunk_samples: int) -> None:
    with session(kyutai) as client:
        _hear(client, QUESTION, chunk_samples)
        client.send("Marker", id=1)
        said = until_marker(client)
    assert said.text == "HOW MANY"
    assert _frames(said.words) == [(0, 3), (5, 9)]


def test_a_question_goes_on_after_a_marker(kyutai: Running) -> None:
    with session(kyutai) as client:
        client.hear(spoken("HOW "))
        client.send("Marker", id=1)
        assert until_marker(client).text == "HOW"
        client.hear(spoken("MANY "))
        client.send("Marker", id=2)
        said = until_marker(client)
    assert said.text == "MANY"
    assert _frames(said.words) == [(4, 8)]


def test_a_newer_marker_supersedes_the_older_ones(slow_kyutai: Running) -> None:
    with session(slow_kyutai) as client:
        client.hear(spoken("HOW"))
        for marker in range(1, 5):
            client.hear(spoken(" "))
            client.send("Marker", id=marker)
        said = until_marker(client)
        assert (said.marker, said.text) == (4, "HOW")
        _nothing_more_comes(client)


def test_init_forgets_a_word_begun_and_a_marker_owed(slow_kyutai: Running) -> None:
    with session(slow_kyutai) as client:
        client.hear(spoken("HOW"))
        client.send("Marker", id=1)
        client.begin()
        client.hear(spoken("MANY "))
        client.send("Marker", id=2)
        said = until_marker(client)
    assert (said.marker, said.text) == (2, "MANY")
    assert _frames(said.words) == [(0, 4)]


def test_a_marker_comes_back_though_the_client_sends_silence_of_its_own(slow_kyutai: Running) -> None:
    """A client of moshi-server does, until the marker is back: it must not wait for the end of all that silence."""
    with session(slow_kyutai) as client:
        client.hear(spoken("HOW"))
        client.send("Marker", id=1)
        client.hear(spoken(" " * 100))
        said = until_marker(client)
    assert said.text == "HOW"
    assert len(said.steps) < 20


def test_a_marker_in_silence_has_no_words(kyutai: Running) -> None:
    with session(kyutai) as client:
        client.send("Marker", id=1)
        assert until_marker(client).words == ()
        client.hear(spoken(" " * 20))
        client.send("Marker", id=2)
        assert until_marker(client).words == ()


@pytest.mark.parametrize("garbage", [b"", b"\xc1", b"\x81\xa4type", "text"], ids=["empty", "never", "cut", "text"])
def test_garbage_ends_the_session_with_a_reason(kyutai: Running, garbage: bytes | str) -> None:
    with session(kyutai) as client:
        client.hear(spoken("HO"))
        client.connection.send(garbage)
        while (message := client.receive())["type"] != "Error":
            assert message["type"] == "Step"
        assert "msgpack" in message["message"]
        with pytest.raises(ConnectionClosed):
            client.receive()
    _answers(kyutai)


def test_a_model_that_breaks_is_told_and_the_next_session_works(kyutai: Running) -> None:
    with session(kyutai) as client:
        client.hear(np.full(STEP_SAMPLES, 0.99, np.float32))
        assert client.receive() == {"type": "Error", "message": "Recognition failed: out of memory"}
        with pytest.raises(ConnectionClosed):
            client.receive()
    _answers(kyutai)


def test_hanging_up_in_the_middle_of_a_word_leaves_nothing_behind(slow_kyutai: Running) -> None:
    for _ in range(5):
        with session(slow_kyutai) as client:
            client.hear(spoken("HOW" * 30))
            client.send("Marker", id=1)
    started_s = time.monotonic()
    _answers(slow_kyutai)
    # Five sessions of 90 frames would be 13 s of work; one frame of each may be under way.
    assert time.monotonic() - started_s < 5


def test_sessions_do_not_mix(slow_kyutai: Running) -> None:
    with session(slow_kyutai) as one, session(slow_kyutai) as other:
        one.hear(spoken("HOW "))
        other.hear(spoken("MANY "))
        one.send("Marker", id=1)
        other.send("Marker", id=2)
        assert (until_marker(one).text, until_marker(other).text) == ("HOW", "MANY")


def test_health_answers_while_the_model_works(slow_kyutai: Running) -> None:
    with session(slow_kyutai) as client:
        client.hear(spoken(" " * 60))
        started_s = time.monotonic()
        assert slow_kyutai.state() == "ready"
        assert time.monotonic() - started_s < 1


def _ready(start: Start, frame_s: float) -> Running:
    running: Running = start([FAKE], {"frameSeconds": frame_s})
    running.wait_until_ready()
    return running


def _answers(kyutai: Running) -> None:
    with session(kyutai) as client:
        client.hear(QUESTION)
        client.send("Marker", id=3)
        assert until_marker(client).text == "HOW MANY"


def _hear(client: Client, samples: Samples, chunk_samples: int) -> None:
    for begin in range(0, len(samples), chunk_samples):
        client.send("Audio", pcm=samples[begin : begin + chunk_samples].tolist())


def _frames(words: tuple[tuple[str, float, float], ...]) -> list[tuple[int, int]]:
    return [(round(start_s / FRAME_S), round(stop_s / FRAME_S)) for _, start_s, stop_s in words]


def _nothing_more_comes(client: Client) -> None:
    with pytest.raises(TimeoutError):
        client.receive(0.3)
