"""The verification as main runs it: a process, one line in, one document out."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from serving.running import PYTHON_FOLDER
from whisper.questions import CAPITAL

TESTS_FOLDER = Path(__file__).parents[1]

REQUEST: dict[str, object] = {
    "environment": "voice",
    "torch": None,
    "question": str(CAPITAL),
    "cards": [],
    "engines": [],
    "packages": {},
}


def verify(request: dict[str, object], *, code: int) -> Any:
    """Run the verification and return its document."""
    done = _run(json.dumps(request))
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


def refused(line: str) -> str:
    """Run the verification with a request it cannot use and return what it says."""
    done = _run(line)
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr


def outcome(document: Any) -> dict[str, tuple[bool, str | None]]:
    """Return for each check whether it succeeded, and its fault."""
    return {check["id"]: (check["ok"], check["fault"]) for check in document["checks"]}


def _run(line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-s", "-P", "-m", "earshot.verification"],
        input=line + "\n",
        capture_output=True,
        text=True,
        env={"PYTHONPATH": os.pathsep.join((str(PYTHON_FOLDER), str(TESTS_FOLDER))), "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
        timeout=600,
    )
