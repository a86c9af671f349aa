"""The language model as a service: OpenAI's chat completions, streamed or whole."""

import json
import time
from http import HTTPStatus

import httpx2
from fastapi import FastAPI, Request, Response

from earshot.engines.llama.decoder import Decoder, load_decoder
from earshot.engines.llama.priority import lower_priority
from earshot.engines.llama.relay import Progress, Relay
from earshot.engines.llama.settings import Settings
from earshot.serving import ApiError, Description, engine_worker

_COMPLETIONS = "/v1/chat/completions"
_WARM_UP_LIMIT_S = 120.0
_CHECK_LIMIT_S = 7.5
"""Main asks for eight seconds at most."""
_LOOK_EVERY_S = 0.05


class Llama:
    """One GGUF model with its own chat template."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._decoder: Decoder | None = None
        self._progress = Progress()
        self._client: httpx2.AsyncClient | None = None

    def load(self) -> None:
        """Load the model and answer one short prompt; raises RuntimeError with a text for people."""
        lower_priority()
        decoder = load_decoder(self._settings)
        _answer_once(decoder, limit_s=_WARM_UP_LIMIT_S)
        self._decoder = decoder
        # llama.cpp decodes in threads of its own: a reply that stands still is its kind of work that does not end.
        engine_worker.watch(lambda: self._progress.still_s)
        self._client = httpx2.AsyncClient(
            base_url=decoder.url,
            headers=_headers(decoder),
            # No limit on the time to the first token: a long prompt on a slow machine takes what it takes, and who does
            # not want to wait hangs up.
            timeout=None,
            # Each idle connection would hold one of llama.cpp's few HTTP threads.
            limits=httpx2.Limits(max_keepalive_connections=0),
            # Neither proxies nor certificates: the address is on loopback, whatever the environment says.
            trust_env=False,
            verify=False,
        )

    def description(self) -> Description:
        """Say what runs where. This llama.cpp is given no layer for a GPU (`decoder.py`)."""
        return Description(device="cpu", model=self._settings.model_id, build="none")

    def check(self) -> None:
        """See a reply under way go on, or else answer one short prompt; raises RuntimeError.

        The model has one place: behind a long reply a prompt would wait until that is complete.
        """
        assert self._decoder is not None, "serving lets nothing through before load has returned"
        written, until_s = self._progress.chunks, time.monotonic() + _CHECK_LIMIT_S
        while self._progress.replies > 0:
            if self._progress.chunks > written:
                return
            if time.monotonic() > until_s:
                raise RuntimeError("the model does not go on with its reply")
            time.sleep(_LOOK_EVERY_S)
        _answer_once(self._decoder, limit_s=max(_LOOK_EVERY_S, until_s - time.monotonic()))

    def mount(self, app: FastAPI) -> None:
        """Add `POST /v1/chat/completions` and `GET /v1/models`."""

        @app.post(_COMPLETIONS)
        async def complete(request: Request) -> Response:
            assert self._client is not None, "serving lets nothing through before load has returned"
            body = await request.body()
            _check_is_object(body)
            return Relay(self._client, _COMPLETIONS, body, self._progress)

        @app.get("/v1/models")
        async def models() -> dict[str, object]:
            return {
                "object": "list",
                "data": [{"id": self._settings.model_id, "object": "model", "owned_by": "earshot"}],
            }

    async def close(self) -> None:
        """Stop decoding and free the model."""
        if self._client is not None:
            await self._client.aclose()
        if self._decoder is not None:
            await engine_worker.run(self._decoder.stop)


def _headers(decoder: Decoder) -> dict[str, str]:
    return {"authorization": f"Bearer {decoder.key}"}


def _answer_once(decoder: Decoder, *, limit_s: float) -> None:
    """Answer one prompt the way every later one is answered; raises RuntimeError when nothing comes."""
    prompt = {"messages": [{"role": "user", "content": "Say hello."}], "max_tokens": 8, "temperature": 0}
    try:
        with httpx2.Client(trust_env=False, verify=False, timeout=limit_s) as client:
            answer = client.post(decoder.url + _COMPLETIONS, json=prompt, headers=_headers(decoder))
    except httpx2.TransportError as fault:
        raise RuntimeError(f"the model does not answer: {fault or type(fault).__name__}") from fault
    if answer.status_code != HTTPStatus.OK or answer.json()["usage"]["completion_tokens"] < 1:
        raise RuntimeError(f"the model does not answer: {answer.text}")


def _check_is_object(body: bytes) -> None:
    """Refuse what is no JSON object: llama.cpp blames itself for that with a 500."""
    try:
        document = json.loads(body)
    except ValueError as fault:
        raise ApiError(HTTPStatus.BAD_REQUEST, "bad-request", f"The body is not JSON: {fault}") from fault
    if not isinstance(document, dict):
        raise ApiError(HTTPStatus.BAD_REQUEST, "bad-request", "The body is not a JSON object.")
