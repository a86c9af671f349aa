"""A CUDA driver without a card, built from C for these tests alone."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

_SOURCE = Path(__file__).parents[2] / "fakes" / "libcuda" / "libcuda.c"
UUID = "GPU-11111111-2222-3333-4444-555555555555"


@dataclass(frozen=True, slots=True)
class FakeDriver:
    """The driver and what it is told; see libcuda.c."""

    folder: Path

    def behave(self, *lines: str) -> None:
        """Replace what it was told."""
        (self.folder / "behaviour").write_text("\n".join([f"uuid {UUID}", *lines, ""]))

    def environment(self, visible: str) -> dict[str, str]:
        """Return the environment of a process that finds this driver."""
        return {**os.environ, "LD_LIBRARY_PATH": str(self.folder), "CUDA_VISIBLE_DEVICES": visible}


@pytest.fixture
def driver(built_driver: Path, tmp_path: Path) -> FakeDriver:
    """Return a driver of the test's own, with one card that works."""
    shutil.copy(built_driver, tmp_path / "libcuda.so.1")
    fake = FakeDriver(tmp_path)
    fake.behave()
    return fake


@pytest.fixture(scope="session")
def built_driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the library, built once."""
    compiler = next((found for name in ("cc", "gcc", "clang") if (found := shutil.which(name))), None)
    if compiler is None:
        pytest.skip("the fake CUDA driver needs a C compiler (Debian and Ubuntu: sudo apt install gcc libc6-dev)")
    library = tmp_path_factory.mktemp("libcuda") / "libcuda.so.1"
    command: Sequence[str] = [
        compiler, "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", "-o", str(library), str(_SOURCE), "-ldl",
    ]  # fmt: skip
    subprocess.run(command, check=True)
    return library
