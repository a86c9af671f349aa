"""`python -m earshot.engines.llama`, started by main through the launch shim."""

import sys

from earshot.engines.llama.service import Llama
from earshot.engines.llama.settings import parse_settings
from earshot.serving import run

_BODY_LIMIT_BYTES = 4 << 20
"""Far more than any context holds: 4 MiB of English are about a million tokens."""

if __name__ == "__main__":
    sys.exit(run(lambda section: Llama(parse_settings(section)), body_limit_bytes=_BODY_LIMIT_BYTES))
