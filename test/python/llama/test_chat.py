"""The real llama.cpp and a real model behind OpenAI's chat completions."""

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from serving.running import Running, Start

SYSTEM = {"role": "system", "content": "You are a friendly assistant. Answer in one short sentence."}
FRANCE = [SYSTEM, {"role": "user", "content": "What is the capital of France?"}]
STORY = [{"role": "user", "content": "Write a very long story about a dog."}]
LONG_PROMPT = [{"role": "user", "content": "word " * 3000}]
COMPLETIONS = "/v1/chat/completions"
IDLE_S = 0.1
PROMPT_S = 15.0
"""Far below what the abandoned work would take (40 s and more), far above a batch on a busy machine."""

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def service_section(models: Path) -> dict[str, object]:
    model = next(models.rglob("SmolLM2-135M-Instruct.Q4_1.gguf"))
    return {"model": str(model), "modelId": "smollm2-135m", "device": "cpu", "threads": 1, "contextTokens": 4096}


@pytest.fixture(scope="module")
def llama(start_shared_service: Start, models: Path) -> Running:
    running = start_shared_service(["-m", "earshot.engines.llama"], service_section(models))
    running.wait_until_ready()
    return running


def ask(llama: Running, messages: list[dict[str, str]], **options: object) -> Any:
    """Return the whole answer, greedily decoded."""
    answer = llama.post(COMPLETIONS, {"messages": messages, "temperature": 0, "max_tokens": 24, **options})
    assert answer.status == 200, answer.body
    return answer.document


def cpu_s(llama: Running) -> float:
    """Return the processor seconds the process has used: what decodes uses them, what is cancelled does not."""
    fields = Path(f"/proc/{llama.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_whole_answer(llama: Running) -> None:
    answer = ask(llama, FRANCE)
    assert answer["model"] == "smollm2-135m"
    assert answer["choices"][0]["message"] == {"role": "assistant", "content": "The capital of France is Paris."}
    assert answer["choices"][0]["finish_reason"] == "stop"


def test_a_streamed_answer_comes_word_by_word_and_ends_with_done(llama: Running) -> None:
    document = {"model": "smollm2-135m", "messages": FRANCE, "temperature": 0, "max_tokens": 24, "stream": True}
    connection = llama.begin(COMPLETIONS, document)
    with connection.getresponse() as response:
        assert response.headers.get_content_type() == "text/event-stream"
        events = [line.removeprefix(b"data: ").strip() for line in response if line.strip()]
    connection.close()
    assert events[-1] == b"[DONE]"
    deltas = [json.loads(event)["choices"][0]["delta"].get("content") for event in events[:-1]]
    words = [delta for delta in deltas if delta]
    assert len(words) > 4
    assert "".join(words) == "The capital of France is Paris."


def test_the_models_own_chat_template_is_used(llama: Running) -> None:
    # SmolLM2's template adds a system prompt of its own where none is given: 37 tokens instead of 14.
    assert ask(llama, FRANCE[1:], max_tokens=1)["usage"]["prompt_tokens"] == 37


def test_a_known_prefix_is_not_read_again(llama: Running) -> None:
    history = [*FRANCE, {"role": "assistant", "content": "The capital of France is Paris."}]
    ask(llama, FRANCE)
    asked_s = time.monotonic()
    again = ask(llama, FRANCE, max_tokens=1)
    print(f"one token on a cached prompt: {(time.monotonic() - asked_s) * 1000:.0f} ms")
    continued = ask(llama, [*history, {"role": "user", "content": "And of Italy?"}], max_tokens=1)
    assert again["usage"]["prompt_tokens_details"]["cached_tokens"] == again["usage"]["prompt_tokens"] - 1
    assert continued["usage"]["prompt_tokens_details"]["cached_tokens"] >= again["usage"]["prompt_tokens"]


@linux_only
@pytest.mark.parametrize("stream", [True, False])
def test_hanging_up_ends_the_decoding(llama: Running, stream: bool) -> None:
    connection = llama.begin(COMPLETIONS, {"messages": STORY, "max_tokens": 3000, "stream": stream})
    if stream:
        with connection.getresponse() as response:
            response.readline()
    else:
        time.sleep(0.5)
    connection.close()
    hung_up_s = time.monotonic()
    ask(llama, FRANCE)
    assert time.monotonic() - hung_up_s < PROMPT_S
    before_s = cpu_s(llama)
    time.sleep(0.5)
    assert cpu_s(llama) - before_s < IDLE_S


def test_hanging_up_ends_the_reading_of_a_prompt(llama: Running) -> None:
    connection = llama.begin(COMPLETIONS, {"messages": LONG_PROMPT, "max_tokens": 8, "stream": True})
    time.sleep(0.3)
    connection.close()
    hung_up_s = time.monotonic()
    ask(llama, FRANCE)
    took_s = time.monotonic() - hung_up_s
    print(f"answered {took_s * 1000:.0f} ms after another's prompt of 3,000 tokens was given up")
    assert took_s < PROMPT_S


@pytest.mark.parametrize("stream", [True, False])
def test_a_prompt_over_the_context_is_refused_clearly(llama: Running, stream: bool) -> None:
    messages = [{"role": "user", "content": "word " * 6000}]
    answer = llama.post(COMPLETIONS, {"messages": messages, "stream": stream})
    error = answer.document["error"]
    assert (answer.status, error["type"], error["code"]) == (400, "invalid_request_error", "context_length_exceeded")
    assert "6031 tokens" in error["message"]
    assert "4096 tokens" in error["message"]


@pytest.mark.parametrize("body", [b"nonsense", b"[]", b"{}", b'{"messages":[{"role":"user"}]}'])
def test_a_bad_request_is_the_callers_fault(llama: Running, body: bytes) -> None:
    answer = llama.request("POST", COMPLETIONS, body)
    assert (answer.status, answer.document["error"]["type"]) == (400, "invalid_request_error")


def test_the_model_is_listed_and_described(llama: Running) -> None:
    listed = llama.request("GET", "/v1/models").document
    assert [model["id"] for model in listed["data"]] == ["smollm2-135m"]
    health = llama.request("GET", "/health").document
    assert (health["device"], health["model"], health["build"]) == ("cpu", "smollm2-135m", "none")


@linux_only
def test_the_decoder_gives_way_and_the_event_loop_does_not(llama: Running) -> None:
    threads = Path(f"/proc/{llama.process.pid}/task").iterdir()
    niceness = {
        int(thread.name): int((thread / "stat").read_text().rpartition(")")[2].split()[16]) for thread in threads
    }
    assert niceness.pop(llama.process.pid) == 0
    assert list(niceness.values()).count(10) >= 2


@linux_only
def test_llama_cpps_own_port_is_on_loopback_and_useless_without_its_key(llama: Running) -> None:
    descriptors = Path(f"/proc/{llama.process.pid}/fd").iterdir()
    sockets = {target[8:-1] for target in map(os.readlink, descriptors) if target.startswith("socket:[")}
    rows = [line.split() for line in Path(f"/proc/{llama.process.pid}/net/tcp").read_text().splitlines()[1:]]
    listening = [row[1].split(":") for row in rows if row[3] == "0A" and row[9] in sockets]
    assert [address for address, _port in listening] == ["0100007F", "0100007F"]
    (private,) = {int(port, 16) for _address, port in listening} - {llama.port}
    behind = Running(llama.process, llama.token, private)
    for headers in ({}, llama.headers()):
        for method, path in (("POST", COMPLETIONS), ("GET", "/props"), ("GET", "/slots"), ("POST", "/tokenize")):
            assert behind.request(method, path, headers=headers).status == 401


@linux_only
def test_sigterm_amid_an_answer_ends_it_with_zero(start_service: Start, models: Path) -> None:
    llama = start_service(["-m", "earshot.engines.llama"], service_section(models))
    llama.wait_until_ready()
    connection = llama.begin(COMPLETIONS, {"messages": STORY, "max_tokens": 3000, "stream": True})
    response = connection.getresponse()
    response.readline()
    llama.process.send_signal(signal.SIGTERM)
    assert llama.process.wait(5) == 0
    response.close()
    connection.close()
