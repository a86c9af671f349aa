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
        device: `cpu` or the UUID of a GPU.
        model: id of the model in the catalogue, `whisper-base` for instance.
        build: `none`, `cpu` or `cuNNN`: the torch build the engine runs on.
        torch: memory of an engine on torch and a GPU.
    """

    device: str
    model: str
    build: str
    torch: TorchMemory | None = None


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

    def mount(self, app: FastAPI) -> None:
        """Add the routes. Until `load` has returned they are not reached: serving answers 503 `not-ready`.

        `app.state.registry` is the `prometheus_client` registry behind `/metrics`, open for the engine's own figures.
        """
        ...

    async def close(self) -> None:
        """Stop what runs. Called once the last request is over, and only after a `load` that succeeded."""
        ...
