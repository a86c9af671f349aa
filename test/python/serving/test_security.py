"""Nobody but main reaches a service, and no body fills its memory."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from serving.running import Running, Start
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.sync.client import connect

FAKE = [str(Path(__file__).with_name("fake_engine.py"))]


@pytest.fixture(scope="module")
def service(start_shared_service: Start) -> Running:
    running = start_shared_service(FAKE, {"load": "ok"})
    running.wait_until_ready()
    return running


def code_of(document: Any) -> object:
    return document["error"]["code"]


@pytest.mark.parametrize("path", ["/health", "/metrics", "/echo/a", "/nowhere"])
@pytest.mark.parametrize("token", [None, "Bearer ", "Bearer " + "0" * 64, "Basic {token}", "{token}"])
def test_a_request_without_the_token_is_refused(service: Running, path: str, token: str | None) -> None:
    headers = {} if token is None else {"Authorization": token.format(token=service.token)}
    answer = service.request("GET", path, headers=headers)
    assert (answer.status, code_of(answer.document)) == (401, "bad-token")


def test_moshi_servers_header_carries_the_token_too(service: Running) -> None:
    assert service.request("GET", "/health", headers={"kyutai-api-key": service.token}).status == 200


@pytest.mark.parametrize(
    "host", ["localhost:{port}", "127.0.0.1", "127.0.0.1:1", "evil.example:{port}", "127.0.0.1.:{port}"]
)
def test_a_foreign_host_is_refused_even_with_the_token(service: Running, host: str) -> None:
    headers = {**service.headers(), "Host": host.format(port=service.port)}
    answer = service.request("GET", "/health", headers=headers)
    assert (answer.status, code_of(answer.document)) == (403, "foreign-host")


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
@pytest.mark.parametrize("origin", ["null", "https://evil.example", "http://127.0.0.1:{port}"])
def test_a_page_is_refused_even_with_the_token(service: Running, method: str, origin: str) -> None:
    headers = {**service.headers(), "Origin": origin.format(port=service.port)}
    answer = service.request(method, "/health", headers=headers)
    assert (answer.status, code_of(answer.document)) == (403, "foreign-origin")


def test_a_websocket_is_refused_before_it_is_accepted(service: Running) -> None:
    address = f"ws://127.0.0.1:{service.port}/talk"
    with connect(address, additional_headers=service.headers()) as socket:
        socket.send("hello")
        assert socket.recv() == "HELLO"
    attempts: list[tuple[dict[str, Any], int]] = [
        ({}, 401),
        ({"additional_headers": {"Authorization": "Bearer x"}}, 401),
        ({"additional_headers": service.headers(), "origin": "https://evil.example"}, 403),
    ]
    for options, status in attempts:
        with pytest.raises(InvalidStatus) as refused, connect(address, **options):
            pass
        assert refused.value.response.status_code == status


def test_a_websocket_message_over_a_mebibyte_ends_the_session(service: Running) -> None:
    address = f"ws://127.0.0.1:{service.port}/talk"
    with connect(address, additional_headers=service.headers()) as socket:
        socket.send("x" * 1_100_000)
        with pytest.raises(ConnectionClosedError) as closed:
            socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009


def test_a_body_up_to_the_limit_passes(service: Running) -> None:
    answer = service.request("POST", "/echo/a", b"x" * 1000)
    assert answer.document == {"name": "a", "bytes": 1000}


def test_a_body_over_the_limit_is_refused_announced_or_chunked(service: Running) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(20):
            yield b"x" * 100

    announced = service.request("POST", "/echo/a", b"x" * 1001)
    chunked = service.request("POST", "/echo/a", chunks())
    for answer in (announced, chunked):
        assert (answer.status, code_of(answer.document)) == (413, "body-too-large")


@pytest.mark.parametrize(
    ("path", "status", "code", "kind"),
    [
        ("/refuse", 400, "context-overflow", "invalid_request_error"),
        ("/number?value=x", 400, "bad-request", "invalid_request_error"),
        ("/nowhere", 404, "not-found", "invalid_request_error"),
        ("/health", 405, "method-not-allowed", "invalid_request_error"),
        ("/break", 500, "internal-error", "server_error"),
    ],
)
def test_every_failure_has_openais_shape(service: Running, path: str, status: int, code: str, kind: str) -> None:
    answer = service.request("POST", path)
    error = answer.document["error"]
    assert (answer.status, error["code"], error["type"]) == (status, code, kind)
    assert error["message"]
