"""The language model as a service: OpenAI's chat completions, streamed or whole."""

import json
from http import HTTPStatus

import httpx2
from fastapi import FastAPI, Request, Response

from earshot.engines.llama.decoder import Decoder, load_decoder
from earshot.engines.llama.priority import lower_priority
from earshot.engines.llama.relay import Relay
from earshot.engines.llama.settings import Settings
from earshot.serving import ApiError, Description, engine_worker

_COMPLETIONS = "/v1/chat/completions"
_WARM_UP_LIMIT_S = 120.0


class Llama:
    """One GGUF model with its own chat template."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._decoder: Decoder | None = None
        self._client: httpx2.AsyncClient | None = None

    def load(self) -> None:
        """Load the model and answer one short prompt; raises RuntimeError with a text for people."""
        lower_priority()
        decoder = load_decoder(self._settings)
        headers = {"authorization": f"Bearer {decoder.key}"}
        _warm_up(decoder, headers)
        self._decoder = decoder
        self._client = httpx2.AsyncClient(
            base_url=decoder.url,
            headers=headers,
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
        """Say what runs where."""
        return Description(device="cpu", model=self._settings.model_id, build="none")

    def mount(self, app: FastAPI) -> None:
        """Add `POST /v1/chat/completions` and `GET /v1/models`."""

        @app.post(_COMPLETIONS)
        async def complete(request: Request) -> Response:
            assert self._client is not None, "serving lets nothing through before load has returned"
            body = await request.body()
            _check_is_object(body)
            return Relay(self._client, _COMPLETIONS, body)

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


def _warm_up(decoder: Decoder, headers: dict[str, str]) -> None:
    """Answer one prompt the way every later one is answered; raises RuntimeError when nothing comes."""
    prompt = {"messages": [{"role": "user", "content": "Say hello."}], "max_tokens": 8, "temperature": 0}
    with httpx2.Client(trust_env=False, verify=False, timeout=_WARM_UP_LIMIT_S) as client:
        answer = client.post(decoder.url + _COMPLETIONS, json=prompt, headers=headers)
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
