"""What Kokoro proves about itself once it runs: that it speaks, and where it is."""

from dataclasses import replace

import pytest
from earshot.engines.kokoro.service import CannotSpeak, KokoroService
from earshot.engines.kokoro.settings import read_settings
from earshot.engines.kokoro.synthesiser import Synthesiser
from serving.running import Running


def test_it_answers_a_check_by_saying_a_word(kokoro: Running) -> None:
    answer = kokoro.post("/check", None)
    assert answer.status == 200
    print(f"said a word again in {answer.document['ms']} ms")


def test_a_model_that_is_not_on_the_card_it_was_planned_on_says_so(
    kokoro_section: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = read_settings(kokoro_section)
    service = KokoroService(replace(settings, device="GPU-1"))
    assert service.description().device == "GPU-1"
    service._loaded = Synthesiser(settings.model, settings.voices, threads=1)
    assert service.description().device == "cpu"
    service.check()
    monkeypatch.setattr(Synthesiser, "say", lambda *_arguments, **_named: bytes(1_000))
    with pytest.raises(CannotSpeak):
        service.check()
