"""What happens when the files are not a model: the process ends with a sentence, and never answers."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from kyutai.hearing import LOAD_LIMIT_S
from serving.running import Start


def _cut(folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])


def _other_size(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps({**config, "dim": 128}), encoding="utf-8")


def _no_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.model").write_bytes(b"not sentencepiece")


def _pickle(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "model.pt").write_bytes(b"\x80\x04.")
    (folder / "config.json").write_text(json.dumps({**config, "moshi_name": "model.pt"}), encoding="utf-8")


def _not_a_number(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = folder / "model.safetensors"
    save_file({name: tensor * float("nan") for name, tensor in load_file(weights).items()}, weights)


@pytest.fixture
def model_copy(tmp_path: Path, tiny_model: Path) -> Path:
    """Return a model to be spoilt."""
    return Path(shutil.copytree(tiny_model, tmp_path / "model"))


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (_cut, "the speech model cannot be loaded"),
        (_other_size, "the speech model cannot be loaded"),
        (_no_tokenizer, "the speech model cannot be loaded"),
        (_pickle, "weights have to be a .safetensors file"),
        (_not_a_number, "computes nothing that is a number"),
    ],
)
def test_a_broken_model_ends_the_process_with_a_sentence(
    spoil: Callable[[Path], None],
    sentence: str,
    model_copy: Path,
    kyutai_section: dict[str, object],
    start_service: Start,
) -> None:
    spoil(model_copy)
    running = start_service(["-m", "earshot.engines.kyutai"], {**kyutai_section, "model": str(model_copy)})
    assert running.process.wait(timeout=LOAD_LIMIT_S) == 1
    last = running.said().splitlines()[-1]
    assert last.startswith("error: ")
    assert sentence in last


def test_a_card_that_is_not_there_ends_the_process_with_a_sentence(
    kyutai_section: dict[str, object], start_service: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    running = start_service(["-m", "earshot.engines.kyutai"], {**kyutai_section, "device": "GPU-1"})
    assert running.process.wait(timeout=LOAD_LIMIT_S) == 1
    assert "graphics card" in running.said().splitlines()[-1]
