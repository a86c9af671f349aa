"""Real processes that really die: nothing a service started survives main, and its exit code reaches main."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and process groups are POSIX")

HERE = Path(__file__).parent
SHIM = str(HERE.parents[2] / "python" / "launch" / "shim.py")
PLAIN_PYTHON = [sys.executable, "-S", "-E", "-u"]
SECOND_S = 1.0

CHILD = [*PLAIN_PYTHON, str(HERE / "child.py")]
MAIN = [*PLAIN_PYTHON, str(HERE / "main_to_kill.py")]


@dataclass(frozen=True, slots=True)
class Family:
    """The processes below one shim, which outlive nothing."""

    shim: "subprocess.Popen[bytes]"
    child: int
    grandchild: int

    def pids(self) -> list[int]:
        return [self.shim.pid, self.child, self.grandchild]


@pytest.fixture
def started() -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Processes to end after the test, with their whole process group."""
    processes: list[subprocess.Popen[bytes]] = []
    yield processes
    for process in processes:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def alive(pid: int) -> bool:
    """Whether a process runs. One that has ended and that nobody has waited for counts as gone."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in {"Z", "X"}


def gone_after_s(pids: list[int], limit_s: float = 8.0) -> float:
    """Wait until none of the processes runs; return the seconds that took."""
    started_s = time.monotonic()
    while any(alive(pid) for pid in pids):
        assert time.monotonic() - started_s < limit_s, [pid for pid in pids if alive(pid)]
        time.sleep(0.002)
    return time.monotonic() - started_s


def start_family(started: list["subprocess.Popen[bytes]"], manner: str, detached: bool = False) -> Family:
    """Start a shim whose child behaves in the given manner, and wait until both it and its grandchild run."""
    shim = subprocess.Popen(
        [*PLAIN_PYTHON, SHIM, "--", *CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=detached,
    )
    started.append(shim)
    assert shim.stdin is not None
    assert shim.stdout is not None
    shim.stdin.write(json.dumps({"manner": manner}).encode() + b"\n")
    shim.stdin.flush()
    told = json.loads(shim.stdout.readline())
    return Family(shim, told["child"], told["grandchild"])


def test_main_killed_leaves_nothing_after_a_second_twenty_times(started: list["subprocess.Popen[bytes]"]) -> None:
    families = []
    for _ in range(20):
        main = subprocess.Popen([*MAIN, SHIM, *CHILD], stdout=subprocess.PIPE)
        started.append(main)
        assert main.stdout is not None
        shim = json.loads(main.stdout.readline())["shim"]
        told = json.loads(main.stdout.readline())
        families.append((main, [shim, told["child"], told["grandchild"]]))
    took_s = []
    for main, pids in families:
        assert all(alive(pid) for pid in pids)
        main.kill()
        took_s.append(gone_after_s(pids))
    print(f"longest of {len(took_s)}: {max(took_s) * 1000:.1f} ms")
    assert len([each for each in took_s if each < SECOND_S]) == 20


@pytest.mark.parametrize("manner", ["sleeps", "holds the interpreter lock", "ignores SIGTERM"])
def test_the_end_of_stdin_kills_the_group_whatever_the_child_does(
    started: list["subprocess.Popen[bytes]"], manner: str
) -> None:
    family = start_family(started, manner)
    assert family.shim.stdin is not None
    family.shim.stdin.close()
    assert gone_after_s(family.pids()) < SECOND_S
    assert family.shim.wait() == -signal.SIGKILL


def test_the_kernel_tells_when_stdin_does_not(started: list["subprocess.Popen[bytes]"]) -> None:
    # The write end of stdin survives in the test: only the parent's death can end the shim.
    reading, writing = os.pipe()
    main = subprocess.Popen([*MAIN, SHIM, *CHILD], stdin=reading, stdout=subprocess.PIPE, env={"SHARE_STDIN": "1"})
    os.close(reading)
    started.append(main)
    os.write(writing, b'{"manner":"sleeps"}\n')
    assert main.stdout is not None
    shim = json.loads(main.stdout.readline())["shim"]
    told = json.loads(main.stdout.readline())
    main.kill()
    assert gone_after_s([shim, told["child"], told["grandchild"]]) < SECOND_S
    os.close(writing)


def test_the_child_dies_with_a_killed_shim(started: list["subprocess.Popen[bytes]"]) -> None:
    family = start_family(started, "holds the interpreter lock")
    family.shim.kill()
    assert gone_after_s([family.child]) < SECOND_S
    os.killpg(family.shim.pid, signal.SIGKILL)
    assert gone_after_s([family.grandchild]) < SECOND_S


def test_sigterm_reaches_the_child_whose_exit_code_comes_back(started: list["subprocess.Popen[bytes]"]) -> None:
    family = start_family(started, "ends with 7 on SIGTERM")
    family.shim.terminate()
    assert family.shim.wait(SECOND_S) == 7
    assert gone_after_s([family.child, family.grandchild]) < SECOND_S


def test_a_child_that_ignores_sigterm_is_killed_after_the_grace(started: list["subprocess.Popen[bytes]"]) -> None:
    family = start_family(started, "ignores SIGTERM")
    told_s = time.monotonic()
    family.shim.terminate()
    assert family.shim.wait(8) == 128 + signal.SIGKILL
    assert 4.9 < time.monotonic() - told_s < 6.5
    assert gone_after_s([family.child, family.grandchild]) < SECOND_S


@pytest.mark.parametrize(("manner", "code"), [("ends with 3", 3), ("ends by SIGSEGV", 128 + signal.SIGSEGV)])
def test_a_child_that_ends_by_itself_leaves_no_grandchild(
    started: list["subprocess.Popen[bytes]"], manner: str, code: int
) -> None:
    family = start_family(started, manner)
    assert family.shim.wait(5) == code
    assert gone_after_s([family.child, family.grandchild]) < SECOND_S


def test_started_detached_it_loses_the_exit_code_but_leaves_nothing(started: list["subprocess.Popen[bytes]"]) -> None:
    family = start_family(started, "ends with 3", detached=True)
    assert family.shim.wait(5) == -signal.SIGKILL
    assert gone_after_s([family.child, family.grandchild]) < SECOND_S


def test_output_passes_untouched(started: list["subprocess.Popen[bytes]"]) -> None:
    family = start_family(started, "ends with 3")
    assert family.shim.stdout is not None
    assert family.shim.stderr is not None
    assert (family.shim.stdout.read(), family.shim.stderr.read()) == (b"\x00\xffout", b"\x00\xfferr")


@pytest.mark.parametrize(
    ("arguments", "line", "code", "why"),
    [
        ([], b"{}\n", 2, "usage"),
        (["--"], b"{}\n", 2, "usage"),
        (["--", "/no/such/program"], b"{}\n", 127, "cannot start /no/such/program"),
        (["--", *CHILD], b"no newline", 2, "stdin ended"),
    ],
)
def test_what_cannot_be_started_is_said(arguments: list[str], line: bytes, code: int, why: str) -> None:
    ended = subprocess.run([*PLAIN_PYTHON, SHIM, *arguments], input=line, capture_output=True, check=False)
    assert ended.returncode == code
    assert why in ended.stderr.decode()
