"""The fake engine does wrong exactly what it is told to, and the rest as a real one does."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from serving.running import PYTHON_FOLDER, Running, Start, spawn

FAKE = ["-m", "fake_engine"]
BEHIND_SHIM = [str(PYTHON_FOLDER / "launch" / "shim.py"), "--", sys.executable, "-s", "-P", "-u", *FAKE]
BEAT_S = 0.1
LAUNCH_FAILURE = "error: CUDA error: unspecified launch failure"
SEGMENTATION_FAULT = 128 + 11
CORRUPT = "CUDA error: an illegal memory access was encountered"

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals to end a process by")


@pytest.fixture
def ready(start_service: Start) -> Callable[..., Running]:
    def start_ready(**faults: object) -> Running:
        running: Running = start_service(BEHIND_SHIM, {"modelId": "m", "beatS": BEAT_S, "faults": faults})
        running.wait_until_ready(5)
        return running

    return start_ready


def beats_stop(running: Running) -> bool:
    """Whether a second passes with at most the beat that was on its way."""
    since_s = time.monotonic()
    time.sleep(10 * BEAT_S)
    return len(running.beats(since_s)) <= 1


def call(running: Running) -> object:
    return running.post("/call", None).document.get("call")


def test_it_speaks_as_a_real_engine_does(ready: Callable[..., Running]) -> None:
    running = ready()
    health = running.request("GET", "/health").document
    assert (health["state"], health["device"], health["model"]) == ("ready", "cpu", "m")
    assert running.request("GET", "/health", headers={}).status == 401
    assert [call(running), running.post("/check", None).document.keys(), call(running)] == [1, {"ms"}, 3]
    assert running.post("/v1/audio/transcriptions", None).document == {"text": "words of call 4"}
    assert len(running.post("/v1/audio/speech", None).body) == 4_800
    assert running.post("/v1/chat/completions", None).document["choices"][0]["message"]["content"] == "Reply of call 6."
    assert b'earshot_state{state="ready"} 1.0' in running.request("GET", "/metrics").body
    assert running.post("/fault", {"kind": "no-such"}).status == 400
    assert len(running.beats()) > 0


@pytest.mark.skipif(sys.platform != "linux", reason="read from /proc")
def test_a_hundred_at_once_are_light(start_service: Start) -> None:
    process = Path(f"/proc/{start_service(FAKE, {}).process.pid}")
    memory_kib = process.joinpath("status").read_text(encoding="utf-8").partition("VmRSS:")[2].split()[0]
    ticks = process.joinpath("stat").read_text(encoding="utf-8").rpartition(")")[2].split()[11:13]
    assert int(memory_kib) < 30 * 1024
    assert sum(int(each) for each in ticks) / os.sysconf("SC_CLK_TCK") < 0.5


@pytest.mark.parametrize("line", ["not json", "{}", json.dumps({"token": "t", "port": 0, "service": []})])
def test_a_bad_launch_line_ends_it_with_two(line: str) -> None:
    refused = spawn(FAKE, line)
    assert (refused.process.wait(5), refused.said().startswith("error: bad launch line: ")) == (2, True)
    refused.stop()


@posix_only
def test_told_to_stop_it_ends_with_zero(ready: Callable[..., Running]) -> None:
    running = ready()
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(2) == 0


def test_it_loads_as_long_as_told_and_answers_not_ready(start_service: Start) -> None:
    running = start_service(BEHIND_SHIM, {"beatS": BEAT_S, "faults": {"loadS": 0.6, "device": "GPU-1"}})
    refused = running.post("/call", None)
    health = running.request("GET", "/health").document
    assert (refused.status, health["state"], health["device"]) == (503, "warming", "GPU-1")
    running.wait_until_ready(5)
    assert max(beat["workingMs"] for beat in running.beats()) > 200


@pytest.mark.parametrize(
    ("faults", "code", "words"),
    [
        ({"exitWhileLoading": True}, 1, "error: the fake model cannot be loaded"),
        ({"exitWhileLoading": True, "exitCode": 7}, 7, "error: the fake model cannot be loaded"),
        ({"cudaErrorAtCall": 0}, 86, LAUNCH_FAILURE),
        ({"crashAfterS": 0.2, "exitCode": 9}, 9, "error: it was told to end"),
        pytest.param({"crashAfterS": 0.2}, SEGMENTATION_FAULT, "", marks=posix_only),
    ],
)
def test_it_ends_by_itself(start_service: Start, faults: dict[str, object], code: int, words: str) -> None:
    running = start_service(BEHIND_SHIM, {"faults": faults})
    assert running.process.wait(5) == code
    assert running.said().strip() == words


def test_a_slow_call_keeps_the_worker_busy_and_never_the_beats(ready: Callable[..., Running]) -> None:
    running = ready(slowS=0.5)
    since_s = time.monotonic()
    assert call(running) == 1
    told = [beat["workingMs"] for beat in running.beats(since_s)]
    assert len(told) >= 3
    assert 200 < max(told) <= 700


@pytest.mark.parametrize("faults", [{"hangAtCall": 2}, {"holdGilAtCall": 2}])
def test_it_hangs_at_the_call_told(ready: Callable[..., Running], faults: dict[str, object]) -> None:
    running = ready(**faults)
    assert call(running) == 1
    with closing(running.begin("/call", None)):
        assert beats_stop(running)


@posix_only
def test_a_hung_loop_still_ends_when_told_to_and_a_held_interpreter_does_not(ready: Callable[..., Running]) -> None:
    hung, held = ready(), ready()
    hung.post("/fault", {"kind": "hang-loop"})
    held.post("/fault", {"kind": "hold-gil"})
    assert beats_stop(hung)
    assert beats_stop(held)
    for each in (hung, held):
        each.process.send_signal(signal.SIGTERM)
    assert hung.process.wait(3) == 0
    assert held.process.poll() is None
    assert held.process.wait(6) == 128 + signal.SIGKILL  # the shim's five seconds are over


@pytest.mark.parametrize("plant", [True, False])
def test_a_dead_device_fails_the_next_call_and_ends_it(ready: Callable[..., Running], plant: bool) -> None:
    running = ready() if plant else ready(cudaErrorAtCall=2, cudaErrorText=CORRUPT)
    assert call(running) == 1
    if plant:
        running.post("/fault", {"kind": "dead-device", "text": CORRUPT})
        time.sleep(3 * BEAT_S)
    assert running.process.poll() is None
    with closing(running.begin("/check", None)):
        assert (running.process.wait(5), running.said()) == (86, f"error: {CORRUPT}\n")


def test_garbage_is_no_event_and_no_health(ready: Callable[..., Running]) -> None:
    running = ready()
    running.post("/fault", {"kind": "garbage"})
    time.sleep(3 * BEAT_S)
    since_s = time.monotonic()
    time.sleep(10 * BEAT_S)
    lines = [line.text for line in running.lines if line.at_s > since_s]
    assert len(lines) >= 5
    assert not any(is_beat(line) for line in lines)
    running.post("/fault", {"kind": "garbage", "where": "health"})
    time.sleep(3 * BEAT_S)
    with pytest.raises(ValueError, match=r"can't decode|Expecting|Unterminated"):
        running.state()


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        pytest.param({"kind": "crash"}, SEGMENTATION_FAULT, marks=posix_only),
        ({"kind": "exit", "code": 3, "words": "enough"}, 3),
        ({"kind": "exit", "afterS": 0.3}, 1),
    ],
)
def test_a_planted_end_comes_after_the_answer(
    ready: Callable[..., Running], fault: dict[str, object], code: int
) -> None:
    running = ready()
    assert running.post("/fault", fault).document == {"planted": fault["kind"]}
    assert running.process.wait(5) == code
    assert ("error: enough" in running.said()) == ("words" in fault)


def is_beat(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line)["workingMs"], int)
    except (ValueError, TypeError, KeyError):
        return False
