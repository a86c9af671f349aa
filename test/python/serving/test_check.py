"""An engine proves that it answers, and a process whose graphics card is dead ends, whatever it was doing."""

from contextlib import closing
from http.client import HTTPException
from pathlib import Path

import pytest
from serving.running import Running, Start

FAKE = [str(Path(__file__).with_name("fake_engine.py"))]
LAST_WORDS = "error: CUDA error: an illegal memory access was encountered"


@pytest.fixture
def ready(start_service: Start) -> Running:
    running: Running = start_service(FAKE, {"load": "ok"})
    running.wait_until_ready()
    return running


def assert_it_ended_for_its_device(running: Running) -> None:
    assert running.process.wait(5) == 86
    assert running.said().splitlines()[-1] == LAST_WORDS
    assert "Traceback" in running.said()


def test_an_engine_that_answers_says_how_long_it_took(ready: Running) -> None:
    answer = ready.post("/check", None)
    assert (answer.status, answer.document.keys()) == (200, {"ms"})
    assert 50 <= answer.document["ms"] < 5_000


def test_an_engine_that_does_not_answer_says_why_and_goes_on(ready: Running) -> None:
    ready.post("/break-check?how=silent", None)
    answer = ready.post("/check", None)
    assert (answer.status, answer.document["error"]["message"]) == (500, "RuntimeError: its first word is silence")
    assert ready.state() == "ready"


def test_a_check_waits_for_the_engine_and_wants_the_token(start_service: Start) -> None:
    running = start_service(FAKE, {"load": "slow"})
    assert running.post("/check", None).status == 503
    assert running.request("POST", "/check", headers={}).status == 401


def test_a_dead_device_found_by_a_check_ends_the_process(ready: Running) -> None:
    ready.post("/break-check?how=dead", None)
    with closing(ready.begin("/check", None)):
        assert_it_ended_for_its_device(ready)


def test_a_dead_device_found_while_loading_ends_the_process(start_service: Start) -> None:
    assert_it_ended_for_its_device(start_service(FAKE, {"load": "dead"}))


def test_a_dead_device_found_in_the_middle_of_an_answer_ends_the_process(ready: Running) -> None:
    with closing(ready.begin("/fail-while-iterating", None)) as connection:
        assert_it_ended_for_its_device(ready)
        with pytest.raises((HTTPException, OSError)):
            connection.getresponse().read()
