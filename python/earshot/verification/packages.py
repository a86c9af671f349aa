"""Whether what is locked is what is installed. Pure, but for reading the installed versions."""

from collections.abc import Callable, Mapping

from earshot.verification.verdict import Proof, Unproven

_TORCH = ("torch", "torchaudio")
_MOST_NAMED = 5


def prove_packages(locked: Mapping[str, str], installed: Callable[[str], str | None]) -> Proof:
    """Compare every locked package with the installed one; raises Unproven."""
    found = {name: installed(name) for name in locked}
    missing = sorted(name for name, version in found.items() if version is None)
    if missing:
        fault = "torch-missing" if "torch" in missing else "python-module-missing"
        raise Unproven(fault, f"Not installed, though the lock names it: {_named(missing)}.")
    other = [
        f"{name} {version} instead of {locked[name]}"
        for name, version in sorted(found.items())
        if version is not None and not is_version(name, version, locked[name])
    ]
    if other:
        torch_family = any(line.startswith((*_TORCH, "nvidia-")) for line in other)
        raise Unproven(
            "torch-version-mismatch" if torch_family else "verification-failed",
            f"Installed in another version than the lock names: {_named(other)}.",
        )
    return Proof(f"All {len(found)} packages have the versions of the lock.", {"packages": len(found)})


def is_version(package: str, installed: str, locked: str) -> bool:
    """Is it the locked version? The default index and torch's own name the same torch 2.5.1 and 2.5.1+cu124."""
    if installed == locked:
        return True
    return package in _TORCH and "+" not in locked and installed.partition("+")[0] == locked


def _named(names: list[str]) -> str:
    rest = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")
