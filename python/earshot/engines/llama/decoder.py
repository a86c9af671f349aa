"""llama.cpp inside this process, with its own HTTP server on a loopback port nobody else has the key to."""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from earshot.engines.llama.settings import Settings

_GGUF_MAGIC = b"GGUF"
_BATCH_TOKENS = 128
"""A cancelled request ends with the batch in hand: on a slow core after 1 s, after 18 s at llama.cpp's 2048 tokens.
Larger batches are no faster on a CPU (8.2 ms a token at 128, 8.7 at 512)."""
_HTTP_THREADS = 4
_LOG_ERRORS_ONLY = 1


@dataclass(frozen=True, slots=True)
class Decoder:
    """A loaded model.

    Attributes:
        url: base address of llama.cpp's server, `http://127.0.0.1:PORT`.
        key: what its server asks for as a bearer token.
        stop: end the server; blocks until the batch in hand is done.
    """

    url: str
    key: str
    stop: Callable[[], None]


def load_decoder(settings: Settings) -> Decoder:
    """Load the model; blocks.

    llama.cpp's own server is used rather than its in-process handlers, because only the server sees that a client has
    gone while the prompt is still being read.

    Raises:
        RuntimeError: the file is missing, is no GGUF file, or llama.cpp cannot load it; the text says which.
    """
    _check_file(settings.model)
    # This build computes with OpenMP, which ignores `poll`: its threads spin while they wait unless told otherwise
    # before it is loaded. Two of them beside other work: 645 ms a token spinning, 55 ms passive.
    os.environ["OMP_WAIT_POLICY"] = "passive"
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(settings.model)
    parameters.model_alias = {settings.model_id}
    parameters.n_ctx = settings.context_tokens
    parameters.n_parallel = 1
    parameters.n_batch = parameters.n_ubatch = _BATCH_TOKENS
    for computing in (parameters.cpuparams, parameters.cpuparams_batch):
        computing.n_threads = settings.threads
        computing.poll = 0
    parameters.n_gpu_layers = 0
    parameters.cache_prompt = True
    # The one slot keeps the last prompt, which is the conversation's; the second cache may grow to 8 GiB.
    parameters.cache_ram_mib = 0
    # Otherwise the context may be made smaller than the plan says where memory looks scarce.
    parameters.fit_params = False
    parameters.verbosity = _LOG_ERRORS_ONLY

    key = secrets.token_hex(32)
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.api_keys = [key]
    parameters.n_threads_http = _HTTP_THREADS
    parameters.ui = False
    parameters.endpoint_slots = False
    try:
        running = [xllamacpp.Server(parameters)]
    except RuntimeError as fault:
        message = f"llama.cpp cannot load {settings.model}: the file is damaged or of a kind this version does not know"
        raise RuntimeError(message) from fault
    # The server ends with its last reference.
    return Decoder(url=running[0].listening_address, key=key, stop=running.clear)


def _check_file(model: Path) -> None:
    try:
        with model.open("rb") as file:
            magic = file.read(len(_GGUF_MAGIC))
    except OSError as fault:
        raise RuntimeError(f"cannot read the model {model}: {fault.strerror}") from fault
    if magic != _GGUF_MAGIC:
        raise RuntimeError(f"{model} is not a GGUF file")
