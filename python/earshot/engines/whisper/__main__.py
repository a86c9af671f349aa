"""Whisper's process: launch line on stdin, see `earshot.serving`."""

import sys

from earshot.engines.whisper.service import WhisperService
from earshot.engines.whisper.settings import read_settings
from earshot.serving import run

_BODY_LIMIT_BYTES = 64 << 20


def make(section: dict[str, object]) -> WhisperService:
    """Make the service of a section of the launch line; raises BadLaunchLine."""
    return WhisperService(read_settings(section))


if __name__ == "__main__":
    sys.exit(run(make, body_limit_bytes=_BODY_LIMIT_BYTES))
