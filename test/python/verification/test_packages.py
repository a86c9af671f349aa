"""Whether what is locked is what is installed."""

import pytest
from earshot.verification.packages import is_version, prove_packages
from earshot.verification.verdict import Unproven

LOCKED = {"torch": "2.5.1", "numpy": "2.1.0", "nvidia-cudnn-cu12": "9.1.0.70"}


def test_the_locked_versions_are_proof() -> None:
    assert prove_packages(LOCKED, LOCKED.get).evidence == {"packages": 3}


@pytest.mark.parametrize(
    ("installed", "fault", "said"),
    [
        ({"torch": None}, "torch-missing", "torch"),
        ({"numpy": None}, "python-module-missing", "numpy"),
        ({"torch": "2.4.1"}, "torch-version-mismatch", "torch 2.4.1 instead of 2.5.1"),
        ({"nvidia-cudnn-cu12": "9.5.0"}, "torch-version-mismatch", "nvidia-cudnn-cu12 9.5.0 instead of 9.1.0.70"),
        ({"numpy": "2.0.0"}, "verification-failed", "numpy 2.0.0 instead of 2.1.0"),
    ],
)
def test_anything_else_is_told(installed: dict[str, str | None], fault: str, said: str) -> None:
    with pytest.raises(Unproven, match=said) as unproven:
        prove_packages(LOCKED, lambda name: {**LOCKED, **installed}[name])
    assert unproven.value.fault == fault


@pytest.mark.parametrize(
    ("package", "installed", "locked", "same"),
    [
        ("torch", "2.5.1+cu124", "2.5.1", True),
        ("torchaudio", "2.5.1+cu124", "2.5.1", True),
        ("torch", "2.5.1+cu121", "2.5.1+cu121", True),
        ("torch", "2.5.1+cu124", "2.5.1+cu121", False),
        ("torch", "2.5.10", "2.5.1", False),
        ("numpy", "2.1.0+local", "2.1.0", False),
    ],
)
def test_torch_may_name_its_build_behind_its_version(package: str, installed: str, locked: str, same: bool) -> None:
    assert is_version(package, installed, locked) is same


def test_a_long_list_is_cut_short() -> None:
    with pytest.raises(Unproven, match="p0, p1, p2, p3, p4 and 5 more"):
        prove_packages({f"p{index}": "1" for index in range(10)}, lambda _name: None)
