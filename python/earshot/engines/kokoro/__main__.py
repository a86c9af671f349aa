"""Kokoro's process: launch line on stdin, see `earshot.serving`."""

import sys

from earshot.engines.kokoro.service import KokoroService
from earshot.engines.kokoro.settings import read_settings
from earshot.serving import run

_BODY_LIMIT_BYTES = 1 << 20


def make(section: dict[str, object]) -> KokoroService:
    """Make the service of a section of the launch line; raises BadLaunchLine."""
    return KokoroService(read_settings(section))


if __name__ == "__main__":
    sys.exit(run(make, body_limit_bytes=_BODY_LIMIT_BYTES))
