"""What Kyutai says about itself on `/health`."""

from pathlib import Path
from typing import Any

from earshot.engines.kyutai.service import KyutaiService
from earshot.engines.kyutai.settings import Settings
from earshot.serving import Description
from earshot.serving.health import Health
from earshot.serving.service import TorchMemory
from fastapi import FastAPI

SETTINGS = Settings(Path("model"), "stt-1b-en_fr", "GPU-1", "bfloat16", 2, 10.0, Path("question.wav"))


class OnACard(KyutaiService):
    """Has 2.5 GiB in use and 3 GiB reserved."""

    def description(self) -> Description:
        return Description("GPU-1", "stt-1b-en_fr", "cu124", TorchMemory(5 << 29, 3 << 30))


async def test_before_it_is_loaded_nothing_is_known_of_torch() -> None:
    health = await _health(KyutaiService(SETTINGS))
    assert (health["device"], health["model"], health["build"]) == ("GPU-1", "stt-1b-en_fr", "none")
    assert "torch" not in health


async def test_on_a_graphics_card_it_says_what_torch_uses_of_its_memory() -> None:
    health = await _health(OnACard(SETTINGS))
    assert health["torch"] == {"allocatedMiB": 2560, "reservedMiB": 3072}


async def _health(service: KyutaiService) -> Any:
    app = FastAPI()
    Health().mount(app, service)
    (endpoint,) = [route.endpoint for route in app.routes if getattr(route, "path", None) == "/health"]  # type: ignore[attr-defined]
    return await endpoint()
