"""`python -m earshot.verification`: a request on stdin, one JSON document on stdout, 0 when everything is proven."""

import json
import logging
import os
import platform
import sys
from collections.abc import Callable, Iterator
from functools import partial

from earshot.verification.request import BadRequest, Request, parse_request
from earshot.verification.verdict import Check, Proof, installed_version, run_check

_STDOUT = 1
_STDERR = 2
_EXIT_PROVEN = 0
_EXIT_UNPROVEN = 1
_EXIT_BAD_REQUEST = 2

_KYUTAI = "earshot.engines.kyutai"


def main() -> int:
    """Verify what stdin asks for and return the process's exit code."""
    # Libraries print, C++ ones too: what they write to stdout goes to stderr, and only the answer reaches main.
    answer = os.fdopen(os.dup(_STDOUT), "w", encoding="utf-8")
    os.dup2(_STDERR, _STDOUT)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        request = parse_request(sys.stdin.buffer.readline().decode("utf-8", errors="replace"))
    except BadRequest as fault:
        print(f"error: {fault}", file=sys.stderr, flush=True)
        return _EXIT_BAD_REQUEST
    checks = [run_check(check_id, prove) for check_id, prove in _checks(request)]
    ok = all(check.ok for check in checks)
    with answer:
        json.dump(_document(request, checks, ok=ok), answer)
        answer.write("\n")
    return _EXIT_PROVEN if ok else _EXIT_UNPROVEN


def _checks(request: Request) -> Iterator[tuple[str, Callable[[], Proof]]]:
    """Name the checks in the order of what rests on what."""
    from earshot.verification.engines import prove_engine
    from earshot.verification.packages import prove_packages

    yield "packages", partial(prove_packages, request.packages, installed_version)
    if request.torch is not None:
        yield from _torch_checks(request, request.torch.build)
    for engine in request.engines:
        yield f"engine:{engine.id}", partial(prove_engine, engine)


def _torch_checks(request: Request, build: str) -> Iterator[tuple[str, Callable[[], Proof]]]:
    from earshot.verification.speech import prove_kyutai, prove_silero
    from earshot.verification.torch_build import prove_build, prove_card, prove_processor

    assert request.torch is not None
    yield "torch-build", partial(prove_build, request.torch)
    yield "torch-processor", prove_processor
    for index, card in enumerate(request.cards):
        yield f"torch-card:{card}", partial(prove_card, index, card)
    yield "silero", partial(prove_silero, request.question)
    if all(engine.module != _KYUTAI for engine in request.engines):
        device = request.cards[0] if request.cards and build != "cpu" else "cpu"
        yield "kyutai", partial(prove_kyutai, request.question, device)


def _document(request: Request, checks: list[Check], *, ok: bool) -> dict[str, object]:
    build = next((check.evidence for check in checks if check.id == "torch-build" and check.ok), {})
    versions = {
        "python": platform.python_version(),
        "torch": build.get("torch"),
        "cuda": build.get("cuda"),
        "cudnn": build.get("cudnn"),
        "packages": {name: installed_version(name) for name in request.packages},
    }
    return {"ok": ok, "checks": [check.document() for check in checks], "versions": versions}


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    # Everything is said. Taking loaded engines apart one by one could only crash what has just been proven.
    os._exit(code)
