"""`GET /metrics` in Prometheus text: state, uptime, beats, the worker, requests and how long they took."""

import time
from collections.abc import Iterator
from functools import partial

from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from earshot.serving.beats import Beats
from earshot.serving.health import Health, State
from earshot.serving.worker import Worker

_NO_ROUTE = "none"
_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Metrics:
    """The figures of one process, in a registry of its own: prometheus_client's global one is shared with libraries."""

    def __init__(self, health: Health, beats: Beats, worker: Worker) -> None:
        self.registry = CollectorRegistry()
        state = Gauge("earshot_state", "1 for the state the process is in.", ["state"], registry=self.registry)
        for each in State:
            state.labels(each).set_function(partial(_is_in, health, each))
        uptime = Gauge("earshot_uptime_seconds", "Seconds since the process began to serve.", registry=self.registry)
        uptime.set_function(lambda: health.uptime_s)
        self.registry.register(_Life(beats, worker))
        self.requests = Counter(
            "earshot_requests",
            "Requests and WebSocket sessions by route and status.",
            ["route", "status"],
            registry=self.registry,
        )
        self.durations = Histogram(
            "earshot_request_duration_seconds",
            "Seconds from a request's head to its last byte.",
            ["route"],
            buckets=_BUCKETS_S,
            registry=self.registry,
        )

    def mount(self, app: FastAPI) -> None:
        """Add `GET /metrics` and open the registry to the engine as `app.state.registry`."""
        app.state.registry = self.registry

        @app.get("/metrics")
        async def metrics() -> Response:
            return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)


class _Life(Collector):
    """Figures that others count, read when they are asked for."""

    def __init__(self, beats: Beats, worker: Worker) -> None:
        self._beats = beats
        self._worker = worker

    def collect(self) -> Iterator[Metric]:
        """Yield them all."""
        yield CounterMetricFamily("earshot_beats", "Signs of life written.", self._beats.written)
        yield CounterMetricFamily(
            "earshot_worker_busy_seconds", "Seconds of blocking work in the worker thread.", self._worker.busy_s
        )
        yield GaugeMetricFamily(
            "earshot_worker_working_seconds", "Seconds the present blocking work has gone on.", self._worker.working_s
        )


class Measured:
    """ASGI wrapper around everything that counts and times what passes, refusals included."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Time one request or WebSocket session. A WebSocket's status is 101 once it is accepted."""
        status = 500
        started_s = time.perf_counter()

        async def noting_status(message: Message) -> None:
            nonlocal status
            if message["type"].endswith("response.start"):
                status = message["status"]
            elif message["type"] == "websocket.accept":
                status = 101
            await send(message)

        try:
            await self._app(scope, receive, noting_status)
        finally:
            # The path as declared, never as requested: paths are the caller's and would grow the label set.
            route = getattr(scope.get("route"), "path", _NO_ROUTE)
            self._metrics.requests.labels(route, status).inc()
            self._metrics.durations.labels(route).observe(time.perf_counter() - started_s)


def _is_in(health: Health, state: State) -> float:
    return float(health.state is state)
