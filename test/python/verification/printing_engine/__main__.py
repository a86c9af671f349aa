"""An engine whose library writes to stdout, from Python and from C, and logs."""

import logging
import os

from earshot.serving import Description
from fastapi import FastAPI


class PrintingEngine:
    """Loads with a lot of noise."""

    def load(self) -> None:
        print("loading")
        os.write(1, b"loading in C\n")
        logging.getLogger(__name__).warning("loading still")

    def description(self) -> Description:
        return Description(device="cpu", model="fake", build="none")

    def mount(self, app: FastAPI) -> None: ...

    async def close(self) -> None: ...


def make(_section: dict[str, object]) -> PrintingEngine:
    """Make the engine of any section."""
    return PrintingEngine()
