"""A process from its launch line to its end."""

import json
import os
import signal
import socket
import sys
import threading
from pathlib import Path

import pytest
from serving.running import Start, spawn
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

FAKE = [str(Path(__file__).with_name("fake_engine.py"))]
TOKEN = "0" * 64

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to handle")


def test_it_answers_health_while_the_engine_loads_and_nothing_else(start_service: Start) -> None:
    service = start_service(FAKE, {"load": "slow"})
    health = service.request("GET", "/health").document
    uptime_ms = health.pop("uptimeMs")
    assert health == {
        "state": "warming",
        "device": "cpu",
        "model": "fake",
        "build": "none",
        "pid": service.process.pid,
    }
    assert 0 <= uptime_ms < 60_000
    refused = service.request("POST", "/echo/a")
    assert (refused.status, refused.document["error"]["code"]) == (503, "not-ready")
    with (
        pytest.raises(InvalidStatus) as handshake,
        connect(f"ws://127.0.0.1:{service.port}/talk", additional_headers=service.headers()),
    ):
        pass
    assert handshake.value.response.status_code == 503


def test_health_answers_while_the_worker_is_busy(start_service: Start) -> None:
    service = start_service(FAKE, {"load": "ok"})
    service.wait_until_ready()
    busy = threading.Thread(target=service.post, args=("/busy", None))
    busy.start()
    for _ in range(10):
        assert service.state() == "ready"
    assert busy.is_alive()
    busy.join()


def test_metrics_tell_state_requests_and_durations_by_declared_route(start_service: Start) -> None:
    service = start_service(FAKE, {"load": "ok"})
    service.wait_until_ready()
    for name in ("a", "b"):
        service.post(f"/echo/{name}", None)
    service.request("GET", "/secret-path", headers={})
    lines = service.request("GET", "/metrics").body.decode().splitlines()
    for line in (
        'earshot_state{state="ready"} 1.0',
        'earshot_state{state="warming"} 0.0',
        'earshot_requests_total{route="/echo/{name}",status="200"} 2.0',
        'earshot_requests_total{route="none",status="401"} 1.0',
        'earshot_request_duration_seconds_count{route="/echo/{name}"} 2.0',
    ):
        assert line in lines
    assert not any("secret-path" in line for line in lines)
    assert any(line.startswith("earshot_uptime_seconds ") for line in lines)


def test_an_engine_that_cannot_load_says_why_in_its_last_line(start_service: Start) -> None:
    service = start_service(FAKE, {"load": "fail"})
    assert service.process.wait(10) == 1
    assert service.said().splitlines()[-1] == "error: the model file is not a model"
    assert "Traceback" in service.said()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("not json", "not JSON"),
        (json.dumps({"token": TOKEN, "port": 0, "service": {}}), '"load" is missing'),
    ],
)
def test_a_bad_launch_line_ends_it_with_two(line: str, why: str) -> None:
    refused = spawn(FAKE, line)
    try:
        assert refused.process.wait(10) == 2
        last = refused.said().splitlines()[-1]
        assert last.startswith("error: bad launch line: ")
        assert why in last
    finally:
        refused.stop()


def test_a_taken_port_is_replaced_by_a_free_one(start_service: Start) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert start_service(FAKE, {"load": "ok"}, port).port not in {0, port}
    assert start_service(FAKE, {"load": "ok"}, port).port == port


def test_it_listens_on_loopback_only(start_service: Start) -> None:
    service = start_service(FAKE, {"load": "ok"})
    own_address = socket.gethostbyname(socket.gethostname())
    if own_address.startswith("127."):
        own_address = "127.0.0.2"
    with pytest.raises(ConnectionRefusedError), socket.create_connection((own_address, service.port), timeout=5):
        pass


def test_stdout_carries_events_alone(start_service: Start) -> None:
    service = start_service(FAKE, {"load": "ok"})
    service.wait_until_ready()
    service.process.kill()
    service.process.wait()
    assert "a library prints to stdout" in service.said()
    assert {json.loads(line.text)["event"] for line in service.lines} == {"beat"}


@posix_only
def test_sigterm_ends_it_in_order_with_zero_even_amid_an_answer(start_service: Start) -> None:
    service = start_service(FAKE, {"load": "ok"})
    service.wait_until_ready()
    with socket.create_connection(("127.0.0.1", service.port)) as client:
        head = (
            f"GET /forever HTTP/1.1\r\nHost: 127.0.0.1:{service.port}\r\nAuthorization: Bearer {service.token}\r\n\r\n"
        )
        client.sendall(head.encode())
        assert client.recv(100)
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(4) == 0
    assert "closed" in service.said()


@posix_only
def test_sigterm_ends_it_with_zero_while_the_engine_loads(start_service: Start) -> None:
    service = start_service(FAKE, {"load": "slow"})
    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(3) == 0


def test_the_end_of_stdin_ends_it_at_once(start_service: Start) -> None:
    service = start_service(FAKE, {"load": "slow"})
    assert service.process.stdin is not None
    service.process.stdin.close()
    # Otherwise it would go on loading for half a minute.
    service.process.wait(3)
    assert os.name == "nt" or service.process.returncode == 1
