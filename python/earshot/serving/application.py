"""Everything a request passes on its way to an engine's routes."""

from fastapi import FastAPI
from starlette.types import ASGIApp

from earshot.serving.beats import Beats
from earshot.serving.body import BodyLimit
from earshot.serving.check import add_check
from earshot.serving.errors import add_error_handlers
from earshot.serving.health import Health, ReadyOnly
from earshot.serving.metrics import Measured, Metrics
from earshot.serving.security import LoopbackOnly
from earshot.serving.service import Service
from earshot.serving.worker import Worker


def application(
    service: Service, *, token: str, port: int, health: Health, beats: Beats, worker: Worker, body_limit_bytes: int
) -> ASGIApp:
    """Build the whole of a service, outermost first: count, security, body limit, readiness, routes."""
    metrics = Metrics(health, beats, worker)
    routes = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    add_error_handlers(routes)
    health.mount(routes, service)
    metrics.mount(routes)
    add_check(routes, service, worker)
    service.mount(routes)
    ready = ReadyOnly(routes, health=health)
    limited = BodyLimit(ready, limit_bytes=body_limit_bytes)
    secured = LoopbackOnly(limited, token=token, port=port)
    return Measured(secured, metrics=metrics)
