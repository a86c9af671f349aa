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


def run_to_its_end(command: list[str]) -> "subprocess.CompletedProcess[bytes]":
    """Run a shim as main does: its stdin stays open for as long as it runs."""
    reading, writing = os.pipe()
    os.write(writing, b"{}\n")
    try:
        return subprocess.run(command, stdin=reading, capture_output=True, check=False)
    finally:
        os.close(reading)
        os.close(writing)


def drawn_by(program: str) -> "subprocess.CompletedProcess[bytes]":
    """Run a program with a terminal as its stderr."""
    return run_to_its_end([*PLAIN_PYTHON, SHIM, "--terminal", "--", *PLAIN_PYTHON, "-c", program])


def test_a_child_that_draws_has_a_wide_terminal_for_its_stderr_alone() -> None:
    program = """
import os, sys
print([os.isatty(each) for each in (0, 1, 2)], os.get_terminal_size(2).columns)
print("drawn", file=sys.stderr)
sys.exit(3)"""
    ended = drawn_by(program)
    assert (ended.returncode, ended.stdout, ended.stderr) == (
        3,
        b"[False, False, True] 400\n",
        b"drawn\r\n",
    )


def test_the_last_that_a_child_draws_arrives_however_much_that_is() -> None:
    ended = drawn_by("import os; os.write(2, b'x' * 1_000_000 + b'end')")
    assert ended.stderr == b"x" * 1_000_000 + b"end"


def test_what_a_child_leaves_behind_on_its_terminal_does_not_hold_up_its_end() -> None:
    began_s = time.monotonic()
    ended = drawn_by("import subprocess, sys; print(subprocess.Popen(['sleep', '60']).pid, file=sys.stderr)")
    assert time.monotonic() - began_s < 10
    assert gone_after_s([int(ended.stderr)]) < SECOND_S


def test_without_terminals_in_the_system_stderr_is_handed_down() -> None:
    without = (
        "import os, runpy, sys\n"
        "def none(): raise OSError(2, 'no terminals here')\n"
        "os.openpty = none\n"
        "sys.argv = sys.argv[1:]\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    child = [*PLAIN_PYTHON, "-c", "import os, sys; print(os.isatty(2), file=sys.stderr)"]
    command = [*PLAIN_PYTHON, "-c", without, SHIM, "--terminal", "--", *child]
    ended = run_to_its_end(command)
    assert (ended.returncode, ended.stderr) == (0, b"False\n")


def test_main_killed_leaves_nothing_of_what_drew_on_a_terminal(started: list["subprocess.Popen[bytes]"]) -> None:
    main = subprocess.Popen(
        [*MAIN, SHIM, *CHILD], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, "TERMINAL": "1"}
    )
    started.append(main)
    assert main.stdout is not None
    shim = json.loads(main.stdout.readline())["shim"]
    told = json.loads(main.stdout.readline())
    pids = [shim, told["child"], told["grandchild"]]
    assert os.readlink(f"/proc/{told['child']}/fd/2").startswith("/dev/pts/")
    assert all(alive(pid) for pid in pids)
    main.kill()
    assert gone_after_s(pids) < SECOND_S
