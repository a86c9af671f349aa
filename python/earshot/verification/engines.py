"""Whether an engine loads and answers once: made of its section as its process does it, then `load`."""

import asyncio
import importlib

from earshot.verification.request import Engine
from earshot.verification.verdict import Proof, Unproven


def prove_engine(engine: Engine) -> Proof:
    """Load an engine, which makes it transcribe, speak or answer once; raises Unproven or ImportError."""
    make = importlib.import_module(f"{engine.module}.__main__").make
    try:
        service = make(engine.section)
        service.load()
        description = service.description()
        asyncio.run(service.close())
    except ImportError:
        raise
    except Exception as fault:
        said = " ".join(str(fault).split()) or type(fault).__name__
        raise Unproven(_fault_of(fault), f"{engine.id} cannot be started in this environment: {said}.") from fault
    return Proof(
        f"{engine.id} has answered once.",
        {"device": description.device, "model": description.model, "build": description.build},
    )


def _fault_of(fault: Exception) -> str:
    # Named by their classes' names: an engine's own errors are not imported, it may not be installed.
    if isinstance(fault, FileNotFoundError) or type(fault).__name__ in {"BrokenModel", "BadVoice"}:
        return "model-corrupt"
    if "out of memory" in str(fault).lower():
        return "gpu-out-of-memory"
    return "verification-failed"
