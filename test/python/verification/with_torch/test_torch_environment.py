"""A torch environment proves that it computes: torch itself, Silero with real weights, Kyutai with random ones."""

import json

import pytest
from silero.heard_by_onnx import AGREES_S, ONNX_SPANS
from verification.verifying import REQUEST, outcome, verify


@pytest.fixture(scope="module")
def wanted() -> dict[str, str]:
    """Return the torch that is installed, as a lock names it."""
    import torch

    build = "cpu" if torch.version.cuda is None else f"cu{torch.version.cuda.replace('.', '')}"
    return {"version": str(torch.__version__).partition("+")[0], "build": build}


def test_everything_is_proven_with_its_evidence(wanted: dict[str, str]) -> None:
    document = verify({**REQUEST, "torch": wanted, "packages": {"torch": wanted["version"]}}, code=0)
    checks = {check["id"]: check for check in document["checks"]}
    assert list(checks) == ["packages", "torch-build", "torch-processor", "silero", "kyutai"]
    assert all(check["ok"] for check in checks.values())
    assert document["versions"]["torch"].startswith(wanted["version"])
    assert checks["kyutai"]["evidence"]["frames"] == 25
    assert checks["kyutai"]["evidence"]["heads"] == 4
    expected = ONNX_SPANS["capital-of-france.wav"]
    ((start_s, stop_s),) = checks["silero"]["evidence"]["spans"]
    assert start_s == pytest.approx(expected[0][0], abs=AGREES_S)
    assert stop_s == pytest.approx(expected[-1][1], abs=AGREES_S)


def test_another_build_and_a_card_that_is_not_there_are_told(wanted: dict[str, str]) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a graphics card")
    request = {**REQUEST, "torch": {**wanted, "version": "1.0.0"}, "cards": ["GPU-1"]}
    document = verify(request, code=1)
    found = outcome(document)
    assert found["torch-build"] == (False, "torch-version-mismatch")
    assert found["torch-card:GPU-1"][0] is False
    assert found["torch-card:GPU-1"][1] in {"driver-missing", "no-cuda-device", "cpu-only-torch"}
    assert found["torch-processor"] == (True, None)
    assert json.dumps(document)
