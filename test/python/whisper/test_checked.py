"""What Whisper proves about itself once it runs: that it hears, and where it is."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from earshot.engines.whisper.model import SpeechModel
from earshot.engines.whisper.service import CannotHear, WhisperService
from earshot.engines.whisper.settings import read_settings
from serving.running import Running
from whisper.questions import silence, wav


def test_it_answers_a_check_by_hearing_words(whisper: Running) -> None:
    answer = whisper.post("/check", None)
    assert answer.status == 200
    print(f"heard again in {json.loads(answer.body)['ms']} ms")


def test_a_model_that_is_not_on_the_card_it_was_planned_on_says_so(
    whisper_section: dict[str, object], tmp_path: Path
) -> None:
    recording = tmp_path / "silence.wav"
    recording.write_bytes(wav(silence(2)))
    settings = read_settings({**whisper_section, "warmupAudio": str(recording)})
    service = WhisperService(replace(settings, device="GPU-1"))
    assert service.description().device == "GPU-1"
    service._loaded = SpeechModel(settings.model, device="cpu", precision="int8", threads=1)
    assert service.description().device == "cpu"
    with pytest.raises(CannotHear):
        service.check()
