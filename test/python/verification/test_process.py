"""The verification in its own process, in an environment of any kind."""

import importlib.metadata
import json
from pathlib import Path

import pytest
from verification.verifying import REQUEST, outcome, refused, verify

NUMPY = importlib.metadata.version("numpy")


def test_an_environment_with_what_is_locked_is_proven() -> None:
    document = verify({**REQUEST, "packages": {"numpy": NUMPY}}, code=0)
    assert document["ok"] is True
    assert outcome(document) == {"packages": (True, None)}
    assert document["versions"]["packages"] == {"numpy": NUMPY}
    assert document["versions"]["torch"] is None


def test_one_without_is_not() -> None:
    document = verify({**REQUEST, "packages": {"numpy": NUMPY, "no-such-package": "1.0"}}, code=1)
    assert document["ok"] is False
    assert outcome(document) == {"packages": (False, "python-module-missing")}
    assert document["versions"]["packages"] == {"numpy": NUMPY, "no-such-package": None}


def test_an_engine_that_is_not_there_is_told_and_the_rest_is_verified_all_the_same() -> None:
    engine = {"id": "stt", "module": "earshot.engines.nobody", "section": {}}
    document = verify({**REQUEST, "engines": [engine], "packages": {"numpy": NUMPY}}, code=1)
    assert outcome(document) == {"packages": (True, None), "engine:stt": (False, "python-module-missing")}


def test_an_engine_with_a_section_it_cannot_use_is_told() -> None:
    engine = {"id": "it", "module": "earshot.engines.kyutai", "section": {"model": 1}}
    document = verify({**REQUEST, "engines": [engine]}, code=1)
    (_, check) = document["checks"]
    assert (check["ok"], check["fault"]) == (False, "verification-failed")
    assert check["detail"].startswith("it cannot be started in this environment: ")


def test_whatever_a_library_prints_the_answer_is_one_document() -> None:
    engine = {"id": "it", "module": "verification.printing_engine", "section": {}}
    document = verify({**REQUEST, "engines": [engine]}, code=0)
    assert document["checks"][1]["evidence"] == {"device": "cpu", "model": "fake", "build": "none"}


def test_a_missing_model_is_told(tmp_path: Path) -> None:
    section = {
        "model": str(tmp_path),
        "modelId": "tiny",
        "device": "cpu",
        "precision": "float32",
        "threads": 1,
        "warmupAudio": REQUEST["question"],
    }
    engine = {"id": "stt", "module": "earshot.engines.kyutai", "section": section}
    document = verify({**REQUEST, "engines": [engine]}, code=1)
    assert outcome(document)["engine:stt"] == (False, "model-corrupt")


@pytest.mark.parametrize(
    "line",
    ["", "{", "[]", "{}", json.dumps({**REQUEST, "cards": [1]}), json.dumps({**REQUEST, "engines": [{"id": "stt"}]})],
)
def test_a_request_that_cannot_be_used_is_refused(line: str) -> None:
    assert "error: the request" in refused(line) or "is not a string" in refused(line)
