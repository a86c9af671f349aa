"""Kyutai's process: launch line on stdin, see `earshot.serving`."""

import sys

from earshot.engines.kyutai.service import KyutaiService
from earshot.engines.kyutai.settings import read_settings
from earshot.serving import run

_BODY_LIMIT_BYTES = 64 << 20


def make(section: dict[str, object]) -> KyutaiService:
    """Make the service of a section of the launch line; raises BadLaunchLine."""
    return KyutaiService(read_settings(section))


if __name__ == "__main__":
    sys.exit(run(make, body_limit_bytes=_BODY_LIMIT_BYTES))
