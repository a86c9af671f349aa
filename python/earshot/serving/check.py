"""`POST /check`: the engine answers once for real, because a process that beats may still have a dead card."""

import time

from fastapi import FastAPI

from earshot.serving.service import Service
from earshot.serving.worker import Worker


def add_check(app: FastAPI, service: Service, worker: Worker) -> None:
    """Add the route. What `Service.check` raises is answered with 500, as from every other route."""

    @app.post("/check")
    async def check() -> dict[str, object]:
        began_s = time.monotonic()
        await worker.run(service.check)
        return {"ms": round((time.monotonic() - began_s) * 1_000)}
