"""Whisper's start, and every way it can fail: each says what is wrong."""

import json
import shutil
from pathlib import Path

import pytest
from earshot.engines.whisper.settings import read_settings
from earshot.serving import BadLaunchLine
from serving.running import Start, spawn
from whisper.questions import silence, wav

WHISPER = ["-m", "earshot.engines.whisper"]
SECTION: dict[str, object] = {
    "model": "/models/whisper",
    "modelId": "whisper-base",
    "device": "cpu",
    "precision": "int8",
    "threads": 2,
    "language": "en",
    "warmupAudio": "/assets/hello.wav",
}


def test_the_section_is_read() -> None:
    settings = read_settings(SECTION)
    assert (settings.model, settings.threads, settings.language) == (Path("/models/whisper"), 2, "en")
    assert read_settings({**SECTION, "language": None}).language is None


@pytest.mark.parametrize(("field", "value"), [*((name, 3.5) for name in SECTION), ("threads", 0), ("device", "cuda")])
def test_a_section_that_cannot_be_used_is_refused(field: str, value: object) -> None:
    with pytest.raises(BadLaunchLine, match=field):
        read_settings({**SECTION, field: value})


def test_a_bad_section_ends_the_process_with_two() -> None:
    running = spawn(WHISPER, json.dumps({"token": "0" * 64, "port": 0, "service": {**SECTION, "model": 3}}))
    assert running.process.wait(30) == 2
    assert 'error: bad launch line: "model" is missing or not a string' in running.said()
    running.stop()


def test_it_is_ready_only_after_it_has_heard_words(start_service: Start, whisper_section: dict[str, object]) -> None:
    whisper = start_service(WHISPER, whisper_section)
    assert whisper.state() in {"starting", "warming"}
    assert whisper.request("POST", "/v1/audio/transcriptions", b"").document["error"]["code"] == "not-ready"
    whisper.wait_until_ready()
    health = whisper.request("GET", "/health").document
    assert (health["device"], health["model"], health["build"]) == ("cpu", "whisper-base", "none")


def test_a_missing_model_is_named(start_service: Start, tmp_path: Path) -> None:
    whisper = start_service(WHISPER, {**SECTION, "model": str(tmp_path)})
    assert whisper.process.wait(60) == 1
    assert whisper.said().splitlines()[-1] == "error: the speech model is incomplete: model.bin is missing"


def test_a_broken_model_is_an_error(start_service: Start, whisper_section: dict[str, object], tmp_path: Path) -> None:
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        shutil.copy(Path(str(whisper_section["model"])) / name, tmp_path)
    (tmp_path / "model.bin").write_bytes(b"\6\0\0\0" + bytes(1_000))
    whisper = start_service(WHISPER, {**whisper_section, "model": str(tmp_path)})
    assert whisper.process.wait(60) == 1
    assert whisper.said().splitlines()[-1].startswith("error: the speech model cannot be loaded: ")


@pytest.mark.parametrize(
    ("recording", "words"),
    [
        (wav(silence(2)), "hears no words in the warm-up recording"),
        (b"no sound", "not a sound file"),
    ],
)
def test_a_warm_up_without_words_is_an_error(
    start_service: Start, whisper_section: dict[str, object], tmp_path: Path, recording: bytes, words: str
) -> None:
    file = tmp_path / "warmup.wav"
    file.write_bytes(recording)
    whisper = start_service(WHISPER, {**whisper_section, "warmupAudio": str(file)})
    assert whisper.process.wait(60) == 1
    assert words in whisper.said().splitlines()[-1]


def test_an_unknown_language_is_an_error(start_service: Start, whisper_section: dict[str, object]) -> None:
    whisper = start_service(WHISPER, {**whisper_section, "language": "klingon"})
    assert whisper.process.wait(60) == 1
    assert '"klingon" is not among the languages' in whisper.said().splitlines()[-1]


def test_the_language_is_detected_where_none_is_set(start_service: Start, whisper_section: dict[str, object]) -> None:
    whisper = start_service(WHISPER, {**whisper_section, "language": None})
    whisper.wait_until_ready()
