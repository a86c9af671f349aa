"""The launch line: the one JSON document main writes to a process's stdin."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

_LINE_LIMIT_BYTES = 1 << 20
_HIGHEST_PORT = 65_535
_TOKEN = re.compile(r"[0-9a-f]{64}")


class BadLaunchLine(ValueError):
    """The launch line cannot be used; the message says which part and why. Ends the process with exit code 2."""


@dataclass(frozen=True, slots=True)
class LaunchLine:
    """What a process is told at its start.

    Attributes:
        token: 64 hexadecimal digits every request has to carry.
        port: preferred port on 127.0.0.1; 0 for any free one.
        service: the engine's own section, not yet checked.
    """

    token: str
    port: int
    service: dict[str, object]


def read_launch_line(stdin: int) -> str:
    """Read up to the first newline of a file descriptor, without buffering: the lifeline goes on reading it raw.

    Raises:
        BadLaunchLine: end of file or 1 MiB came before a newline.
    """
    line = bytearray()
    while not line.endswith(b"\n"):
        byte = os.read(stdin, 1)
        if not byte:
            raise BadLaunchLine("stdin ended before the launch line was complete")
        if len(line) >= _LINE_LIMIT_BYTES:
            raise BadLaunchLine("the launch line is longer than 1 MiB")
        line += byte
    return line.decode("utf-8", errors="replace")


def parse_launch_line(line: str) -> LaunchLine:
    """Check the launch line's own fields.

    Raises:
        BadLaunchLine: not JSON, not an object, or a field is missing or of the wrong kind. The token is never quoted.
    """
    try:
        document = json.loads(line)
    except json.JSONDecodeError as fault:
        raise BadLaunchLine(f"the launch line is not JSON: {fault.msg} at character {fault.pos}") from None
    if not isinstance(document, dict):
        raise BadLaunchLine("the launch line is not a JSON object")
    token = read_text(document, "token")
    if _TOKEN.fullmatch(token) is None:
        raise BadLaunchLine('"token" is not 64 hexadecimal digits')
    port = read_integer(document, "port")
    if not 0 <= port <= _HIGHEST_PORT:
        raise BadLaunchLine(f'"port" is {port}, not between 0 and {_HIGHEST_PORT}')
    return LaunchLine(token=token, port=port, service=read_section(document, "service"))


def read_text(section: Mapping[str, object], name: str) -> str:
    """Return a field that has to be a string; raises BadLaunchLine."""
    value = section.get(name)
    if not isinstance(value, str):
        raise BadLaunchLine(f'"{name}" is missing or not a string')
    return value


def read_optional_text(section: Mapping[str, object], name: str) -> str | None:
    """Return a field that may be missing or null; raises BadLaunchLine for anything else but a string."""
    return None if section.get(name) is None else read_text(section, name)


def read_integer(section: Mapping[str, object], name: str) -> int:
    """Return a field that has to be a whole number; raises BadLaunchLine."""
    value = section.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadLaunchLine(f'"{name}" is missing or not a whole number')
    return value


def read_positive(section: Mapping[str, object], name: str) -> int:
    """Return a field that has to be a whole number of at least one; raises BadLaunchLine."""
    value = read_integer(section, name)
    if value < 1:
        raise BadLaunchLine(f'"{name}" is {value}, not at least 1')
    return value


def read_section(section: Mapping[str, object], name: str) -> dict[str, object]:
    """Return a field that has to be an object; raises BadLaunchLine."""
    value = section.get(name)
    if not isinstance(value, dict):
        raise BadLaunchLine(f'"{name}" is missing or not an object')
    return value
