"""Entry point: `python -m earshot.conversation`."""

import os
import sys

from loguru import logger

from earshot.conversation.service import Conversation
from earshot.conversation.settings import parse_settings
from earshot.serving import run

_BODY_LIMIT_BYTES = 4 << 20
"""Two minutes of audio for the turn detector, which listens to eight seconds."""


def make(section: dict[str, object]) -> Conversation:
    """Make the service of a section of the launch line; raises BadLaunchLine."""
    return Conversation(parse_settings(section))


def main() -> int:
    """Run the conversation and return the process's exit code."""
    # Where the environment says so, pipecat would run code or keep audio, and openai would log what is asked.
    for name in [name for name in os.environ if name.startswith(("PIPECAT_", "OPENAI_"))]:
        del os.environ[name]
    logger.remove()
    # What people say stays out of the log: pipecat logs it below INFO, and `diagnose` would print variables.
    # Main hanging up in the middle of a message is how every conversation ends, and no warning.
    levels: dict[str | None, str | int | bool] = {"": "INFO", "pipecat.transports.websocket.fastapi": "ERROR"}
    logger.add(sys.stderr, level="INFO", filter=levels, format="{level} {name}: {message}", diagnose=False)
    return run(make, body_limit_bytes=_BODY_LIMIT_BYTES)


if __name__ == "__main__":
    sys.exit(main())
