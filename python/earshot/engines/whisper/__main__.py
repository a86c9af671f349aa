"""Whisper's process: launch line on stdin, see `earshot.serving`."""

import sys

from earshot.engines.whisper.service import WhisperService
from earshot.engines.whisper.settings import read_settings
from earshot.serving import run

_BODY_LIMIT_BYTES = 64 << 20

if __name__ == "__main__":
    sys.exit(run(lambda section: WhisperService(read_settings(section)), body_limit_bytes=_BODY_LIMIT_BYTES))
