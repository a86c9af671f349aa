"""What main asks to have verified: one line of JSON on stdin."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class BadRequest(ValueError):
    """The request cannot be used; the text says which part."""


@dataclass(frozen=True, slots=True)
class Torch:
    """The torch that the lock names: its version without a local part, and `cpu` or `cuNNN`."""

    version: str
    build: str


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine to load: its id, its module, and its section of the launch line."""

    id: str
    module: str
    section: dict[str, object]


@dataclass(frozen=True, slots=True)
class Request:
    """One environment.

    Attributes:
        environment: its id.
        torch: None for an environment without.
        question: a recording with speech.
        cards: UUIDs of the graphics cards planned for it, in the order of CUDA_VISIBLE_DEVICES.
        engines: those that will run in it.
        packages: version by name, as locked.
    """

    environment: str
    torch: Torch | None
    question: Path
    cards: tuple[str, ...]
    engines: tuple[Engine, ...]
    packages: Mapping[str, str]


def parse_request(line: str) -> Request:
    """Read the request; raises BadRequest."""
    try:
        document = json.loads(line)
        torch = document["torch"]
        return Request(
            environment=_text(document["environment"], "environment"),
            torch=None
            if torch is None
            else Torch(_text(torch["version"], "torch.version"), _text(torch["build"], "torch.build")),
            question=Path(_text(document["question"], "question")),
            cards=tuple(_text(card, "cards") for card in document["cards"]),
            engines=tuple(
                Engine(_text(each["id"], "id"), _text(each["module"], "module"), dict(each["section"]))
                for each in document["engines"]
            ),
            packages={name: _text(version, name) for name, version in document["packages"].items()},
        )
    except json.JSONDecodeError as fault:
        raise BadRequest(f"the request is not JSON: {fault.msg}") from None
    except (KeyError, TypeError, AttributeError, ValueError) as fault:
        raise BadRequest(f"the request is not complete: {fault}") from fault


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise BadRequest(f'"{name}" is not a string')
    return value
