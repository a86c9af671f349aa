"""Main hears of a process's life from its event loop, and of nothing else."""

import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from earshot.serving.beats import BEAT_S
from serving.running import Running, Start

FAKE = [str(Path(__file__).with_name("fake_engine.py"))]
WATCH_S = 3 * BEAT_S
"""As long as main waits before it takes a silent process for hung."""

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="sleeps in C's own library without letting go")


def beats_over(running: Running, path: str) -> list[float]:
    """Ask for something that may never be answered; return the milliseconds of work told in each beat that follows."""
    with closing(running.begin(path, None)):
        time.sleep(0.2)
        since_s = time.monotonic()
        time.sleep(WATCH_S)
        return [beat["workingMs"] for beat in running.beats(since_s)]


@pytest.fixture
def ready(start_service: Start) -> Running:
    running: Running = start_service(FAKE, {"load": "ok"})
    running.wait_until_ready()
    return running


def test_it_beats_at_once_and_every_two_seconds_while_it_loads_and_tells_for_how_long(start_service: Start) -> None:
    running = start_service(FAKE, {"load": "slow"})
    began_s = time.monotonic()
    time.sleep(2 * BEAT_S + 0.8)
    beats = running.beats()
    assert [round((beat["at_s"] - began_s) / BEAT_S) for beat in beats] == [0, 1, 2]
    assert [round(beat["workingMs"] / 1_000 / BEAT_S) for beat in beats] == [0, 1, 2]


def test_long_work_is_told_and_stops_no_beat(ready: Running) -> None:
    told = beats_over(ready, "/busy")
    assert len(told) >= 2
    assert max(told) > 500
    assert told[-1] == 0


def test_a_loop_that_stands_still_stops_the_beats_though_the_interpreter_is_free(ready: Running) -> None:
    assert beats_over(ready, "/stand-still") == []


@posix_only
def test_work_that_holds_the_interpreter_stops_the_beats(ready: Running) -> None:
    assert beats_over(ready, "/hold-interpreter") == []


def test_metrics_tell_beats_and_the_worker(ready: Running) -> None:
    asking = threading.Thread(target=ready.post, args=("/busy", None))
    asking.start()
    time.sleep(0.5)
    amid = figures(ready)
    asking.join()
    after = figures(ready)
    assert amid["earshot_beats_total"] >= 1
    assert 0.1 < amid["earshot_worker_working_seconds"] <= amid["earshot_worker_busy_seconds_total"]
    assert after["earshot_worker_working_seconds"] == 0
    assert after["earshot_worker_busy_seconds_total"] >= 3


def figures(running: Running) -> dict[str, float]:
    lines = running.request("GET", "/metrics").body.decode().splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if line.startswith(("earshot_beats", "earshot_worker")))
    return {name: float(value) for name, value in pairs}
