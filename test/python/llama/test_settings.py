"""The llama section of the launch line, and models that cannot be loaded."""

from pathlib import Path

import pytest
from earshot.engines.llama.settings import Settings, parse_settings
from earshot.serving.launch import BadLaunchLine
from serving.running import Start

SECTION: dict[str, object] = {
    "model": "m.gguf",
    "modelId": "small",
    "device": "cpu",
    "threads": 1,
    "contextTokens": 4096,
}


def test_a_good_section_gives_settings() -> None:
    assert parse_settings(SECTION) == Settings(Path("m.gguf"), "small", threads=1, context_tokens=4096)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("model", None, '"model" is missing'),
        ("device", "GPU-1", "cpu only"),
        ("threads", 0, "not at least 1"),
        ("contextTokens", "many", "not a whole number"),
    ],
)
def test_a_bad_section_says_which_field(name: str, value: object, why: str) -> None:
    with pytest.raises(BadLaunchLine, match=why):
        parse_settings({**SECTION, name: value})


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "cannot read the model {}: No such file or directory"),
        (b"<html>not found</html>", "{} is not a GGUF file"),
        (
            b"GGUF\x03\x00\x00\x00",
            "llama.cpp cannot load {}: the file is damaged or of a kind this version does not know",
        ),
    ],
)
def test_a_model_that_cannot_be_loaded_is_named_in_the_last_line(
    start_service: Start, tmp_path: Path, content: bytes | None, why: str
) -> None:
    model = tmp_path / "m.gguf"
    if content is not None:
        model.write_bytes(content)
    service = start_service(["-m", "earshot.engines.llama"], {**SECTION, "model": str(model)})
    assert service.process.wait(30) == 1
    assert service.said().splitlines()[-1] == "error: " + why.format(model)
