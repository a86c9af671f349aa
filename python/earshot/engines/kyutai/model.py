"""Kyutai's model and Mimi before it: the only place that touches torch."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path

import numpy as np

from earshot.audio.samples import Samples
from earshot.engines.kyutai.checkpoint import open_checkpoint
from earshot.engines.kyutai.lane import AllLanesTaken, Lane, Taken
from earshot.engines.kyutai.loading import load, torch_build, torch_device
from earshot.engines.kyutai.session import FRAME_SAMPLES, Pace
from earshot.engines.kyutai.settings import Precision

MOST_LANES = 3
"""A conversation has one; the others are for a file, and for a client that connects anew before the old one is gone.
The engine's own lane comes on top."""

_PAUSE_CLASS = 0
"""Each horizon tells several classes apart; the first is the pause."""


class NotANumber(RuntimeError):
    """The model computes nonsense: its weights are broken, or the device is."""


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
        self._device = torch_device(torch, device)
        self._lanes = _Lanes()
        self._current: _Lane | None = None
        loaded = load(checkpoint, torch=torch, device=self._device, precision=precision, window_s=window_s)
        self._codec = loaded.codec
        self._writer = loaded.writer
        self._generator = loaded.generator
        self._tokenizer = loaded.tokenizer
        self.own_lane: Lane = _Lane(self)

    @property
    def is_on_gpu(self) -> bool:
        """Whether the weights lie on a GPU, Mimi's and the writer's."""
        return all(next(part.parameters()).is_cuda for part in (self._codec, self._writer))

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
            pauses = tuple(float(head[0, 0, _PAUSE_CLASS]) for head in heads)
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
        # Nobody's until it is complete: the card may have no room for one more.
        self._current = None
        if lane.memory is None:
            for part in parts:
                part.set_streaming_state(dict.fromkeys(part.get_streaming_state()))
            # The writer's memory is made with the generator's.
            self._codec.streaming_forever(1)
            self._generator.streaming_forever(1)
        else:
            for part, memory in zip(parts, lane.memory, strict=True):
                part.set_streaming_state(memory)
        self._current = lane
