"""The language model proves that it answers, also while it is answering somebody."""

import time
from contextlib import closing
from pathlib import Path

import pytest
from earshot.engines.llama.decoder import Decoder
from earshot.engines.llama.service import Llama
from earshot.engines.llama.settings import Settings
from serving.running import Start

STORY = {"messages": [{"role": "user", "content": "Write a very long story about a dog."}], "stream": True}


def test_idle_it_answers_a_prompt_and_amid_a_reply_it_shows_that_the_reply_goes_on(
    start_service: Start, models: Path
) -> None:
    model = next(models.rglob("SmolLM2-135M-Instruct.Q4_1.gguf"))
    section = {"model": str(model), "modelId": "m", "device": "cpu", "threads": 1, "contextTokens": 4096}
    llama = start_service(["-m", "earshot.engines.llama"], section)
    llama.wait_until_ready()
    idle = llama.post("/check", None)
    with (
        closing(llama.begin("/v1/chat/completions", {**STORY, "max_tokens": 3_000})) as connection,
        connection.getresponse() as response,
    ):
        response.readline()
        asked_s = time.monotonic()
        busy = llama.post("/check", None)
        took_s = time.monotonic() - asked_s
        assert response.readline() is not None
    print(f"idle {idle.document} busy {busy.document}")
    assert (idle.status, busy.status) == (200, 200)
    assert took_s < 4.0


def test_a_reply_that_stands_still_and_a_server_that_is_gone_are_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("earshot.engines.llama.service._CHECK_LIMIT_S", 0.2)
    llama = Llama(Settings(Path("model"), "m", 1, 128))
    llama._decoder = Decoder("http://127.0.0.1:9", "key", lambda: None)
    with pytest.raises(RuntimeError, match="does not answer"):
        llama.check()
    llama._progress.replies = 1
    with pytest.raises(RuntimeError, match="does not go on"):
        llama.check()
