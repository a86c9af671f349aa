"""Kokoro's process: launch line on stdin, see `earshot.serving`."""

import sys

from earshot.engines.kokoro.service import KokoroService
from earshot.engines.kokoro.settings import read_settings
from earshot.serving import run

_BODY_LIMIT_BYTES = 1 << 20

if __name__ == "__main__":
    sys.exit(run(lambda section: KokoroService(read_settings(section)), body_limit_bytes=_BODY_LIMIT_BYTES))
