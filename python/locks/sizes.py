#!/usr/bin/env python3
"""Writes sizes.json: what each lock makes a person download and store, and which Pythons it serves.

`python3 python/locks/sizes.py UV [--installed NAME=SITE_PACKAGES ...]`, after `compile`. Wheels are those of CPython
3.11 on x86-64. An environment that was really installed is measured; of the others the file list of each wheel tells.
"""

import argparse
import io
import json
import re
import subprocess
import tempfile
import tomllib
import urllib.request
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

LOCKS = Path(__file__).parent
PYTHONS = ("3.11", "3.12", "3.13")
ONLY_WHEELS = ("--only-binary", ":all:", "--no-binary", "docopt")
DISK_BLOCK = 4096
RANGE = 1 << 18
GLIBC_AT_MOST = 36
PLATFORM = {"linux": re.compile(r"manylinux\w*_x86_64|linux_x86_64|any"), "windows": re.compile(r"win_amd64|any")}


def pinned(text: str) -> dict[str, str]:
    """Name and version of each package of a lock."""
    return dict(re.findall(r"^([a-z0-9-]+)==([^\s;\\]+)", text, re.MULTILINE))


def platform_of(lock: Path) -> str:
    return lock.suffixes[0].removeprefix(".")


def compiled(uv: str, lock: Path, *args: str) -> str | None:
    """What uv makes of a finished lock, or None where the lock cannot be had like that."""
    always = ["--quiet", "--no-header", *ONLY_WHEELS, "--python-platform", platform_of(lock)]
    command = [uv, "pip", "compile", *always, *args, str(lock)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else None


def python_versions(uv: str, lock: Path) -> list[str]:
    """A Python is served when every pin has a wheel for it and nothing beside the pins is wanted."""
    names = pinned(lock.read_text()).keys()

    def serves(version: str) -> bool:
        text = compiled(uv, lock, "--no-annotate", "--python-version", version)
        return text is not None and pinned(text).keys() <= names

    return [version for version in PYTHONS if serves(version)]


def chosen_wheel(wheels: list[dict[str, Any]], platform: str) -> dict[str, Any] | None:
    """The wheel that uv would take: this Python before the stable ABI before pure, then the newest C library."""

    def rank(wheel: dict[str, Any]) -> tuple[int, int] | None:
        python, abi, tag = wheel["url"].rsplit("/", 1)[-1].removesuffix(".whl").rsplit("-", 3)[1:]
        stable_since = re.fullmatch(r"cp3(\d+)", python)
        glibc = max((int(minor) for minor in re.findall(r"manylinux_2_(\d+)_", tag)), default=17)
        if not PLATFORM[platform].search(tag) or glibc > GLIBC_AT_MOST:
            return None
        if python == "cp311" and abi == "cp311":
            return (3, glibc)
        if abi == "abi3" and stable_since and int(stable_since[1]) <= int(PYTHONS[0].split(".")[1]):
            return (2, glibc)
        return (1, glibc) if "py3" in python.split(".") and abi == "none" else None

    fitting = [(rank(wheel), wheel) for wheel in wheels]
    return max(((order, wheel) for order, wheel in fitting if order), key=lambda pair: pair[0], default=(None, None))[1]


class RemoteFile(io.RawIOBase):
    """A file on a web server, read in pieces: the table of contents of a 900 MB wheel is under 2 MB."""

    def __init__(self, url: str, size: int) -> None:
        self.url, self.size, self.position = url, size, 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self.position = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self.position, io.SEEK_END: self.size}[whence]
        return self.position

    def readinto(self, buffer: Any) -> int:
        end = min(self.position + len(buffer), self.size)
        if end <= self.position:
            return 0
        request = urllib.request.Request(self.url, headers={"Range": f"bytes={self.position}-{end - 1}"})
        with urllib.request.urlopen(request) as response:
            piece = response.read(end - self.position)
        buffer[: len(piece)] = piece
        self.position += len(piece)
        return len(piece)


def download_bytes(file: dict[str, Any]) -> int:
    if "size" in file:
        return int(file["size"])
    with urllib.request.urlopen(urllib.request.Request(file["url"], method="HEAD")) as response:
        return int(response.headers["Content-Length"])


def on_disk(sizes: list[int]) -> int:
    return sum(-(-size // DISK_BLOCK) * DISK_BLOCK for size in sizes)


def unpacked_bytes(file: dict[str, Any], size: int) -> int:
    with zipfile.ZipFile(io.BufferedReader(RemoteFile(file["url"], size), RANGE)) as wheel:
        return on_disk([entry.file_size for entry in wheel.infolist() if not entry.is_dir()])


def package_sizes(package: dict[str, Any], platform: str) -> dict[str, int]:
    wheel = chosen_wheel(package.get("wheels", []), platform)
    file = wheel or package["sdist"]
    size = download_bytes(file)
    # A source distribution is a compressed archive of about a quarter of what it holds.
    return {"downloadBytes": size, "installedBytes": unpacked_bytes(file, size) if wheel else size * 4}


def measured_bytes(site_packages: Path) -> int:
    files = [path for path in site_packages.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    return on_disk([path.stat().st_size for path in files])


def lock_sizes(uv: str, lock: Path, installed: dict[str, Path]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder, "pylock.toml")
        compiled(uv, lock, "--no-deps", "--format", "pylock.toml", "--python-version", PYTHONS[0], "-o", str(output))
        packages = tomllib.loads(output.read_text())["packages"]
    platform = platform_of(lock)
    with ThreadPoolExecutor(8) as pool:
        each = pool.map(lambda package: package_sizes(package, platform), packages)
        sizes = dict(zip([package["name"] for package in packages], each, strict=True))
    site_packages = installed.get(lock.stem)
    unpacked = sum(size["installedBytes"] for size in sizes.values())
    return {
        "pythonVersions": python_versions(uv, lock),
        "downloadBytes": sum(size["downloadBytes"] for size in sizes.values()),
        "installedBytes": unpacked if site_packages is None else measured_bytes(site_packages),
        "installedBytesFrom": "the wheels" if site_packages is None else "an install",
        "packages": sizes,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("uv")
    parser.add_argument("--installed", action="append", default=[], metavar="NAME=SITE_PACKAGES")
    asked = parser.parse_args()
    installed = {name: Path(folder) for name, folder in (each.split("=", 1) for each in asked.installed)}
    locks = sorted([*LOCKS.glob("voice.*.txt"), *LOCKS.glob("torch-c*.*.txt")])
    sizes = {lock.stem: lock_sizes(asked.uv, lock, installed) for lock in locks}
    (LOCKS / "sizes.json").write_text(json.dumps(sizes, indent=1) + "\n")


if __name__ == "__main__":
    main()
