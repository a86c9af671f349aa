"""`python -m earshot.engines.llama`, started by main through the launch shim."""

import sys

from earshot.engines.llama.service import Llama
from earshot.engines.llama.settings import parse_settings
from earshot.serving import run

_BODY_LIMIT_BYTES = 4 << 20
"""Far more than any context holds: 4 MiB of English are about a million tokens."""


def make(section: dict[str, object]) -> Llama:
    """Make the service of a section of the launch line; raises BadLaunchLine."""
    return Llama(parse_settings(section))


if __name__ == "__main__":
    sys.exit(run(make, body_limit_bytes=_BODY_LIMIT_BYTES))
