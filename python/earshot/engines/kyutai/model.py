"""Kyutai's model and Mimi before it: the only place that touches torch."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from earshot.audio.samples import Samples
from earshot.engines.kyutai.checkpoint import FRAMES_PER_S, BrokenModel, Checkpoint, open_checkpoint
from earshot.engines.kyutai.session import FRAME_SAMPLES, Pace
from earshot.engines.kyutai.settings import Precision

MOST_LANES = 3
"""A conversation has one; the others are for a file, and for a client that connects anew before the old one is gone."""

_HEADS_OF_INTEREST = 0
"""Each horizon tells several classes apart; the first is the pause."""


class AllLanesTaken(RuntimeError):
    """Too many listen at once."""


class NotANumber(RuntimeError):
    """The model computes nonsense: its weights are broken, or the device is."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What the model made of a frame.

    Attributes:
        token: what it writes.
        pauses: for each of its horizons the probability of a pause.
    """

    token: int
    pauses: tuple[float, ...]


class Lane(Protocol):
    """One utterance after the other, by one speaker."""

    def take(self, samples: Samples, *, is_first: bool) -> Taken:
        """Hear a frame, or less and then silence; the first one of an utterance forgets those before. Blocks."""
        ...

    def text(self, tokens: Sequence[int]) -> str:
        """Return the text of a word's tokens."""
        ...


@dataclass(slots=True)
class _Lane:
    """The model's memory of one speaker, exchanged for another's between two frames."""

    model: "SpeechModel"
    memory: tuple[Mapping[str, object], ...] | None = None

    def take(self, samples: Samples, *, is_first: bool) -> Taken:
        return self.model.take(self, samples, is_first=is_first)

    def text(self, tokens: Sequence[int]) -> str:
        return self.model.text(tokens)


@dataclass(slots=True)
class _Lanes:
    free: list[_Lane] = field(default_factory=list)
    made: int = 0


class SpeechModel:
    """A loaded model. `take` blocks and belongs into the worker thread, one at a time."""

    def __init__(
        self, folder: Path, *, device: str, precision: Precision, threads: int, window_s: float | None
    ) -> None:
        """Load; raises FileNotFoundError for a folder without a model and BrokenModel for one that cannot be loaded."""
        checkpoint = open_checkpoint(folder)
        # Before the first import: moshi's loaders would otherwise ask the hub, and torch would look for a compiler.
        os.environ["HF_HUB_OFFLINE"] = "1"
        os.environ["NO_TORCH_COMPILE"] = "1"
        # A waiting thread that spins takes the core from whoever has work: with another engine busy on two cores a
        # frame took 435 ms with spinning and 80 ms without.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        if device == "cpu":
            os.environ["NO_CUDA_GRAPH"] = "1"

        import torch

        torch.set_num_threads(threads)
        self.pace: Pace = checkpoint.pace
        self._torch = torch
        self._device = _torch_device(torch, device)
        self._lanes = _Lanes()
        self._current: _Lane | None = None
        self._codec, self._writer, self._generator, self._tokenizer = _load(
            checkpoint, torch=torch, device=self._device, precision=precision, window_s=window_s
        )

    @property
    def build(self) -> str:
        """The build of torch: `cpu` or `cuNNN`."""
        return torch_build(self._torch.version.cuda)

    @property
    def memory_bytes(self) -> tuple[int, int] | None:
        """What torch uses and holds of the GPU's memory; None on the CPU."""
        if self._device == "cpu":
            return None
        return self._torch.cuda.memory_allocated(), self._torch.cuda.memory_reserved()

    def open_lane(self) -> Lane:
        """Return a lane of one's own until `close_lane`; raises AllLanesTaken."""
        if self._lanes.free:
            return self._lanes.free.pop()
        if self._lanes.made >= MOST_LANES:
            raise AllLanesTaken("too many listen at once; one of them has to end first")
        self._lanes.made += 1
        return _Lane(self)

    def close_lane(self, lane: Lane) -> None:
        """Give a lane back. A frame of it may still be at work: the next one to use it begins anew."""
        assert isinstance(lane, _Lane)
        self._lanes.free.append(lane)

    def take(self, lane: _Lane, samples: Samples, *, is_first: bool) -> Taken:
        """See `Lane.take`; raises NotANumber."""
        torch = self._torch
        frame = np.zeros(FRAME_SAMPLES, np.float32)
        frame[: len(samples)] = samples
        with torch.no_grad():
            self._remember(lane)
            if is_first:
                self._codec.reset_streaming()
                self._generator.reset_streaming()
            codes = self._codec.encode(torch.from_numpy(frame).to(self._device)[None, None])
            if is_first:
                # The first step of all is taken with the tokens that stand for a beginning, whatever is given to it.
                self._generator.step(codes)
            tokens, heads = self._generator.step_with_extra_heads(codes)
            pauses = tuple(float(head[0, 0, _HEADS_OF_INTEREST]) for head in heads)
            token = int(tokens[0, 0, 0])
        if not all(isfinite(pause) for pause in pauses):
            raise NotANumber("the speech model computes nothing that is a number")
        return Taken(token, pauses)

    def text(self, tokens: Sequence[int]) -> str:
        """See `Lane.text`."""
        known = [token for token in tokens if 0 <= token < self._tokenizer.get_piece_size()]
        return str(self._tokenizer.decode(known))

    def _remember(self, lane: _Lane) -> None:
        """Put a lane's memory in place of the one the model has. Nothing is copied: both stay where they are."""
        if self._current is lane:
            return
        parts = (self._codec, self._writer, self._generator)
        if self._current is not None:
            self._current.memory = tuple(part.get_streaming_state() for part in parts)
        self._current = lane
        if lane.memory is not None:
            for part, memory in zip(parts, lane.memory, strict=True):
                part.set_streaming_state(memory)
            return
        for part in parts:
            part.set_streaming_state(dict.fromkeys(part.get_streaming_state()))
        # The writer's memory is made with the generator's.
        self._codec.streaming_forever(1)
        self._generator.streaming_forever(1)


def torch_build(cuda: str | None) -> str:
    """Name the build of a torch made for a CUDA version ("12.4"): `cpu` or `cuNNN`."""
    return "cpu" if cuda is None else f"cu{cuda.replace('.', '')}"


def _torch_device(torch: Any, device: str) -> str:
    """Return torch's name for the device. The GPU is the only one this process can see, so it is the first."""
    if device == "cpu":
        return "cpu"
    if torch.version.cuda is None:
        raise BrokenModel("this torch was built without CUDA, so it cannot use the graphics card")
    if not torch.cuda.is_available():
        raise BrokenModel("torch finds no graphics card that it can use")
    return "cuda"


def _load(
    checkpoint: Checkpoint, *, torch: Any, device: str, precision: Precision, window_s: float | None
) -> tuple[Any, Any, Any, Any]:
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
        return codec, writer, LMGen(writer, temp=0, temp_text=0), tokenizer
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
