"""What a model's folder may hold: refused before anything heavy is imported."""

import json
from pathlib import Path

import pytest
from earshot.engines.kyutai.checkpoint import BrokenModel, open_checkpoint
from earshot.engines.kyutai.session import Pace

NAMES = {"moshi_name": "model.safetensors", "mimi_name": "mimi.safetensors", "tokenizer_name": "tokenizer.model"}
CONFIG: dict[str, object] = {
    **NAMES,
    "stt_config": {"audio_delay_seconds": 2.5, "audio_silence_prefix_seconds": 1.0},
    "existing_text_padding_id": 3,
}


def test_the_files_and_the_pace_are_those_of_the_config(tmp_path: Path) -> None:
    checkpoint = open_checkpoint(_folder(tmp_path, CONFIG))
    assert checkpoint.weights == tmp_path / "model.safetensors"
    assert checkpoint.codec == tmp_path / "mimi.safetensors"
    assert checkpoint.tokenizer == tmp_path / "tokenizer.model"
    assert checkpoint.codec_config is None
    assert checkpoint.pace == Pace(delay_frames=31, prefix_frames=13, padding=frozenset({0, 3}))


def test_the_smaller_model_writes_after_half_a_second(tmp_path: Path) -> None:
    speech = {"audio_delay_seconds": 0.5, "audio_silence_prefix_seconds": 0.0}
    pace = open_checkpoint(_folder(tmp_path, {**CONFIG, "stt_config": speech})).pace
    assert (pace.delay_frames, pace.prefix_frames) == (6, 0)


@pytest.mark.parametrize("missing", ["config.json", *NAMES.values()])
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    (_folder(tmp_path, CONFIG) / missing).unlink()
    with pytest.raises(FileNotFoundError, match=f"incomplete: {missing} is missing"):
        open_checkpoint(tmp_path)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"moshi_name": "model.pt"}, "have to be a .safetensors file"),
        ({"mimi_name": "mimi.pth"}, "have to be a .safetensors file"),
        ({"moshi_name": "../model.safetensors"}, "no file of its folder"),
        ({"moshi_name": "hf://kyutai/stt/model.safetensors"}, "no file of its folder"),
        ({"tokenizer_name": "file:///etc/passwd"}, "no file of its folder"),
        ({"tokenizer_name": 7}, "no file of its folder"),
        ({"mimi_config_name": "/mimi.json"}, "no file of its folder"),
        ({"lora_name": "lora.safetensors"}, "adapter"),
        ({"stt_config": []}, "not an object"),
        ({"stt_config": {"audio_delay_seconds": "soon"}}, "no number of seconds"),
        ({"stt_config": {"audio_delay_seconds": -1}}, "no number of seconds"),
        ({"existing_text_padding_id": "pad"}, "no token"),
    ],
)
def test_a_config_that_cannot_be_used_is_refused_with_the_reason(
    tmp_path: Path, change: dict[str, object], reason: str
) -> None:
    for name in ("model.pt", "mimi.pth"):
        (tmp_path / name).touch()
    with pytest.raises(BrokenModel, match=reason):
        open_checkpoint(_folder(tmp_path, {**CONFIG, **change}))


@pytest.mark.parametrize("config", ["", "{", "[]"])
def test_a_config_that_is_no_json_object_is_refused(tmp_path: Path, config: str) -> None:
    (tmp_path / "config.json").write_text(config, encoding="utf-8")
    with pytest.raises(BrokenModel, match=r"config\.json is not"):
        open_checkpoint(tmp_path)


def _folder(folder: Path, config: dict[str, object]) -> Path:
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    for name in NAMES.values():
        (folder / name).touch()
    return folder
