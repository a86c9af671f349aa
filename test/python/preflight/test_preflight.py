"""What the check of a card says, run as main runs it: a process, one line of JSON."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from preflight.conftest import UUID, FakeDriver

_PYTHON_FOLDER = Path(__file__).parents[3] / "python"
_NAME = "Fake RTX 3050"


def _check(environment: dict[str, str], *arguments: str) -> tuple[int, Any]:
    result = subprocess.run(
        [sys.executable, "-m", "earshot.preflight", *arguments],
        env={**environment, "PYTHONPATH": str(_PYTHON_FOLDER)},
        stdout=subprocess.PIPE,
        timeout=30,
        check=False,
    )
    return result.returncode, json.loads(result.stdout) if result.stdout else None


def _failed(step: str, code: int | None, error: str, *, seen: bool = False) -> tuple[int, Any]:
    """Return what a failure looks like; `seen` when the card had told its name before."""
    card = {"uuid": UUID, "name": _NAME} if seen else {"uuid": None, "name": None}
    return 1, {"ok": False, **card, "step": step, "code": code, "error": error}


def test_a_kernel_runs_on_the_visible_card(driver: FakeDriver) -> None:
    """Every call has to be right for that: the fake compares what it is given."""
    assert _check(driver.environment(UUID)) == (
        0,
        {"ok": True, "uuid": UUID, "name": _NAME, "step": "cuCtxDestroy", "code": None, "error": None},
    )


@pytest.mark.parametrize(
    ("behaviour", "visible", "answer"),
    [
        ("not-initialized 1", UUID, _failed("cuInit", 3, "not initialized")),
        ("init-error 803", UUID, _failed("cuInit", 803, "the driver and its library do not match")),
        ("init-error 999", UUID, _failed("cuInit", 999, "unknown error")),
        ("init-error 12345", UUID, _failed("cuInit", 12345, "error 12345")),
        ("no-device 1", UUID, _failed("cuDeviceGetCount", 100, "no device")),
        ("", "", _failed("cuDeviceGetCount", 100, "no device")),
        ("hide-index 1", "0", _failed("cuDeviceGetCount", 100, "no device")),
        ("sync-error 719", UUID, _failed("cuCtxSynchronize", 719, "launch failure", seen=True)),
        ("sync-error 700", UUID, _failed("cuCtxSynchronize", 700, "illegal memory access", seen=True)),
        ("wrong-result 1", UUID, _failed("compare", None, "the result of the calculation is wrong", seen=True)),
    ],
)
def test_a_failure_is_named_with_its_step(
    driver: FakeDriver, behaviour: str, visible: str, answer: tuple[int, Any]
) -> None:
    driver.behave(behaviour)
    assert _check(driver.environment(visible)) == answer


def test_a_card_that_only_its_uuid_finds_is_used_by_uuid(driver: FakeDriver) -> None:
    driver.behave("hide-index 1")
    assert _check(driver.environment(UUID))[0] == 0


def test_a_driver_that_hangs_is_given_up(driver: FakeDriver) -> None:
    driver.behave("hang 1")
    assert _check(driver.environment(UUID), "0.5") == _failed("cuInit", None, "no answer within 0.5 s")


def test_a_library_that_is_none_is_said(driver: FakeDriver) -> None:
    (driver.folder / "libcuda.so.1").write_text("not a library")
    code, answer = _check(driver.environment(UUID))
    assert (code, answer["step"], answer["code"]) == (1, "library", None)
    assert answer["error"].startswith("library not found: ")


@pytest.mark.parametrize("arguments", [["soon"], ["0"], ["nan"], ["1e300"], ["1", "2"]])
def test_bad_usage_is_refused(arguments: list[str]) -> None:
    assert _check({}, *arguments) == (2, None)
