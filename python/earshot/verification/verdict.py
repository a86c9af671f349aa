"""What a check found. Nothing here imports more than Python's own library: what is verified may be anything."""

import importlib.metadata
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

_MS_PER_S = 1000
_log = logging.getLogger(__name__)


class Unproven(Exception):
    """A check did not succeed: why, for a person, and the id of the fault."""

    def __init__(self, fault: str, detail: str) -> None:
        super().__init__(detail)
        self.fault = fault
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Proof:
    """A check succeeded: what was seen, for a person, and the figures."""

    detail: str
    evidence: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Check:
    """The outcome of one check, as main reads it."""

    id: str
    ok: bool
    ms: int
    detail: str
    evidence: Mapping[str, object]
    fault: str | None

    def document(self) -> dict[str, object]:
        """Return it as JSON writes it."""
        return asdict(self)


def run_check(check_id: str, prove: Callable[[], Proof]) -> Check:
    """Run one check; whatever it raises is its outcome."""
    started_s = time.perf_counter()
    try:
        proof = prove()
        ok, detail, evidence, fault = True, proof.detail, proof.evidence, None
    except Unproven as unproven:
        ok, detail, evidence, fault = False, unproven.detail, {}, unproven.fault
    except ImportError as missing:
        _log.exception("%s", check_id)
        name = missing.name or str(missing)
        ok, detail, evidence, fault = False, f"The Python module {name} cannot be loaded.", {}, "python-module-missing"
    except Exception as broken:
        _log.exception("%s", check_id)
        ok, detail, evidence, fault = False, " ".join(f"{broken}".split()), {}, "verification-failed"
        detail = detail or type(broken).__name__
    return Check(check_id, ok, round((time.perf_counter() - started_s) * _MS_PER_S), detail, evidence, fault)


def installed_version(package: str) -> str | None:
    """Return the version of an installed package, None without it."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
