"""What a process says about itself, and nothing else before it is ready."""

import os
import time
from enum import StrEnum
from http import HTTPStatus

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from earshot.serving.errors import refuse
from earshot.serving.service import Service, TorchMemory

_ALWAYS_OPEN = frozenset({"/health", "/metrics"})
_MIB = 1 << 20


class State(StrEnum):
    """A process's life; it never goes back."""

    STARTING = "starting"
    WARMING = "warming"
    READY = "ready"
    FAILED = "failed"


class Health:
    """The state of this process since its start."""

    def __init__(self) -> None:
        self.state = State.STARTING
        self._started_s = time.monotonic()

    @property
    def uptime_s(self) -> float:
        """Seconds since the process began to serve."""
        return time.monotonic() - self._started_s

    def mount(self, app: FastAPI, service: Service) -> None:
        """Add `GET /health`."""

        @app.get("/health")
        async def health() -> dict[str, object]:
            description = service.description()
            return {
                "state": self.state,
                "device": description.device,
                "model": description.model,
                "build": description.build,
                "pid": os.getpid(),
                "uptimeMs": round(self.uptime_s * 1000),
                **_torch(description.torch),
            }


class ReadyOnly:
    """ASGI wrapper that answers 503 `not-ready` for the engine's routes until it has really answered once."""

    def __init__(self, app: ASGIApp, *, health: Health) -> None:
        self._app = app
        self._health = health

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on once the engine is ready; `/health` and `/metrics` always."""
        if self._health.state is State.READY or scope["path"] in _ALWAYS_OPEN:
            await self._app(scope, receive, send)
        else:
            message = f"The engine is {self._health.state}."
            await refuse(scope, send, HTTPStatus.SERVICE_UNAVAILABLE, "not-ready", message)


def _torch(memory: TorchMemory | None) -> dict[str, object]:
    if memory is None:
        return {}
    return {
        "torch": {
            "allocatedMiB": round(memory.allocated_bytes / _MIB),
            "reservedMiB": round(memory.reserved_bytes / _MIB),
        }
    }
