"""What an engine has to be to get served."""

from dataclasses import dataclass
from typing import Protocol

from fastapi import FastAPI


@dataclass(frozen=True, slots=True)
class TorchMemory:
    """What torch uses of the GPU's memory, and what it holds."""

    allocated_bytes: int
    reserved_bytes: int


@dataclass(frozen=True, slots=True)
class Description:
    """What `/health` says about the engine.

    Attributes:
        device: where the model really is: `cpu` or the UUID of a GPU; see `place`.
        model: id of the model in the catalogue, `whisper-base` for instance.
        build: `none`, `cpu` or `cuNNN`: the torch build the engine runs on.
        torch: memory of an engine on torch and a GPU.
    """

    device: str
    model: str
    build: str
    torch: TorchMemory | None = None


def place(planned: str, *, is_on_gpu: bool) -> str:
    """Name where a model is, for `Description.device`.

    A process sees no other GPU than the one it was planned on, so a model on a GPU is on that one. What was planned for
    a GPU and found no way to it (a missing library is enough) is on the CPU, and has to say so.
    """
    return planned if is_on_gpu else "cpu"


class Service(Protocol):
    """One engine behind HTTP. Its constructor only parses: whatever takes time belongs into `load`."""

    def load(self) -> None:
        """Load the model and answer once. Blocks; runs in the worker thread while `/health` already answers.

        Raises:
            Exception: the text of any exception becomes the process's last words, so it has to be understandable.
        """
        ...

    def description(self) -> Description:
        """Say what runs where; cheap, and callable in every state."""
        ...

    def check(self) -> None:
        """Answer once for real, in at most two seconds or so: what is asked after the computer has slept.

        Blocks; runs in the worker thread, and only after a `load` that succeeded.

        Raises:
            Exception: the engine does not answer; a text that tells of a dead card ends the process with 86.
        """
        ...

    def mount(self, app: FastAPI) -> None:
        """Add the routes. Until `load` has returned they are not reached: serving answers 503 `not-ready`.

        `app.state.registry` is the `prometheus_client` registry behind `/metrics`, open for the engine's own figures.
        """
        ...

    async def close(self) -> None:
        """Stop what runs. Called once the last request is over, and only after a `load` that succeeded."""
        ...
