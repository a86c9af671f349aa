"""From the files of a model to what computes: moshi's own loaders, on explicit paths."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from earshot.engines.kyutai.checkpoint import FRAMES_PER_S, BrokenModel, Checkpoint
from earshot.engines.kyutai.session import FRAME_SAMPLES
from earshot.engines.kyutai.settings import Precision


@dataclass(frozen=True, slots=True)
class Loaded:
    """The parts of a model: Mimi, the language model that writes, what steps it, and its tokenizer."""

    codec: Any
    writer: Any
    generator: Any
    tokenizer: Any


def torch_build(cuda: str | None) -> str:
    """Name the build of a torch made for a CUDA version ("12.4"): `cpu` or `cuNNN`."""
    return "cpu" if cuda is None else f"cu{cuda.replace('.', '')}"


def torch_device(torch: Any, device: str) -> str:
    """Return torch's name for the device. The GPU is the only one this process can see, so it is the first."""
    if device == "cpu":
        return "cpu"
    if torch.version.cuda is None:
        raise BrokenModel("this torch was built without CUDA, so it cannot use the graphics card")
    if not torch.cuda.is_available():
        raise BrokenModel("torch finds no graphics card that it can use")
    return "cuda"


def load(checkpoint: Checkpoint, *, torch: Any, device: str, precision: Precision, window_s: float | None) -> Loaded:
    """Load from the folder alone; raises BrokenModel."""
    from moshi.models import LMGen
    from moshi.models.loaders import CheckpointInfo

    try:
        info = CheckpointInfo.from_hf_repo(
            "",
            moshi_weights=checkpoint.weights,
            mimi_weights=checkpoint.codec,
            tokenizer=checkpoint.tokenizer,
            config_path=checkpoint.config,
            mimi_config_path=checkpoint.codec_config,
        )
        codec = info.get_mimi(device=device)
        if codec.frame_size != FRAME_SAMPLES:
            raise BrokenModel(f"the speech model's frames have {codec.frame_size} samples, not {FRAME_SAMPLES}")
        writer = info.get_moshi(
            device=device, dtype=getattr(torch, precision), lm_kwargs_overrides=_window(info.lm_config, window_s)
        )
        tokenizer = info.get_text_tokenizer()
        # Greedy: what was said is not a matter of taste.
        return Loaded(codec, writer, LMGen(writer, temp=0, temp_text=0), tokenizer)
    except BrokenModel:
        raise
    except Exception as fault:  # whatever is wrong with a file, each layer below has an error of its own for it
        raise BrokenModel(f"the speech model cannot be loaded: {_first_line(fault)}") from fault


def _window(config: Mapping[str, Any], window_s: float | None) -> dict[str, int]:
    """Look back less far than the model could: its memory on the card is as long as its window."""
    if window_s is None:
        return {}
    return {"context": min(int(config["context"]), round(window_s * FRAMES_PER_S))}


def _first_line(fault: Exception) -> str:
    text = str(fault).strip() or type(fault).__name__
    return text.splitlines()[0]
