"""A model's folder: what its config.json says, before anything heavy is loaded from it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from earshot.engines.kyutai.session import FRAME_SAMPLES, Pace
from earshot.streaming.requests import SAMPLE_RATE_HZ

FRAMES_PER_S = SAMPLE_RATE_HZ / FRAME_SAMPLES

_WEIGHTS_SUFFIX = ".safetensors"
_USUAL_DELAY_S = 0.5
_LONGEST_S = 60
_PADDING = 3
_END_OF_PADDING = 0


class BrokenModel(RuntimeError):
    """The files cannot be used as a Kyutai model; the text says why."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The files of one model, all of them there.

    Attributes:
        config: config.json.
        weights: of the language model that writes.
        codec: weights of Mimi, which turns sound into tokens.
        codec_config: of a Mimi other than the usual one.
        tokenizer: sentencepiece.
        pace: how the model writes.
    """

    config: Path
    weights: Path
    codec: Path
    codec_config: Path | None
    tokenizer: Path
    pace: Pace


def open_checkpoint(folder: Path) -> Checkpoint:
    """Read a model's folder; raises FileNotFoundError for what is missing and BrokenModel for what cannot be used."""
    config = _existing(folder, "config.json")
    try:
        document = json.loads(config.read_text(encoding="utf-8"))
    except ValueError as fault:
        raise BrokenModel(f"the speech model's config.json is not JSON: {fault}") from fault
    if not isinstance(document, dict):
        raise BrokenModel("the speech model's config.json is not a JSON object")
    if document.get("lora_name") is not None:
        raise BrokenModel("the speech model is an adapter for another one, which cannot be loaded on its own")
    named_codec_config = document.get("mimi_config_name")
    return Checkpoint(
        config=config,
        weights=_weights(folder, document, "moshi_name", "model.safetensors"),
        codec=_weights(folder, document, "mimi_name", "tokenizer-e351c8d8-checkpoint125.safetensors"),
        codec_config=None if named_codec_config is None else _existing(folder, named_codec_config),
        tokenizer=_existing(folder, document.get("tokenizer_name", "tokenizer_spm_32k_3.model")),
        pace=_pace(document),
    )


def _weights(folder: Path, document: Mapping[str, object], key: str, usual: str) -> Path:
    """Return a file of safetensors. Every other format of weights is a pickle, which runs code when it is read."""
    name = document.get(key, usual)
    if not isinstance(name, str) or not name.endswith(_WEIGHTS_SUFFIX):
        raise BrokenModel(f'the speech model\'s weights have to be a {_WEIGHTS_SUFFIX} file, not "{name}"')
    return _existing(folder, name)


def _existing(folder: Path, name: object) -> Path:
    # A name, never a path or an address: everything that is loaded lies in the folder whose files were verified.
    if not isinstance(name, str) or Path(name).name != name or ":" in name:
        raise BrokenModel(f'the speech model\'s config.json names "{name}", which is no file of its folder')
    if not (folder / name).is_file():
        raise FileNotFoundError(f"the speech model is incomplete: {name} is missing")
    return folder / name


def _pace(document: Mapping[str, object]) -> Pace:
    speech = document.get("stt_config", {})
    if not isinstance(speech, dict):
        raise BrokenModel('the speech model\'s config.json has an "stt_config" that is not an object')
    return Pace(
        delay_frames=round(_seconds(speech, "audio_delay_seconds", _USUAL_DELAY_S) * FRAMES_PER_S),
        prefix_frames=ceil(_seconds(speech, "audio_silence_prefix_seconds", 0.0) * FRAMES_PER_S),
        padding=frozenset(
            {
                _token(document, "existing_text_padding_id", _PADDING),
                _token(document, "existing_text_end_padding_id", _END_OF_PADDING),
            }
        ),
    )


def _seconds(speech: Mapping[str, object], name: str, usual: float) -> float:
    value = speech.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LONGEST_S:
        raise BrokenModel(f'the speech model\'s config.json has a "{name}" of {value!r}, which is no number of seconds')
    return float(value)


def _token(document: Mapping[str, object], name: str, usual: int) -> int:
    value = document.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, int):
        raise BrokenModel(f'the speech model\'s config.json has a "{name}" of {value!r}, which is no token')
    return value
