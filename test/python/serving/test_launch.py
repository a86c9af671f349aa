"""The launch line: what is accepted, and how a bad one is refused."""

import json
import os

import pytest
from earshot.serving.launch import (
    BadLaunchLine,
    LaunchLine,
    parse_launch_line,
    read_launch_line,
    read_optional_text,
    read_positive,
)

TOKEN = "0123456789abcdef" * 4


def test_a_good_line_gives_token_port_and_section() -> None:
    line = json.dumps({"token": TOKEN, "port": 0, "service": {"model": "m"}})
    assert parse_launch_line(line) == LaunchLine(token=TOKEN, port=0, service={"model": "m"})


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("", "not JSON"),
        ("[1]", "not a JSON object"),
        ('{"port":0,"service":{}}', '"token" is missing'),
        ('{"token":"abc","port":0,"service":{}}', '"token" is not 64'),
        (f'{{"token":"{TOKEN}","port":true,"service":{{}}}}', '"port" is missing or not a whole number'),
        (f'{{"token":"{TOKEN}","port":70000,"service":{{}}}}', '"port" is 70000'),
        (f'{{"token":"{TOKEN}","port":0,"service":[]}}', '"service" is missing or not an object'),
    ],
)
def test_a_bad_line_says_which_part_and_never_the_token(line: str, why: str) -> None:
    with pytest.raises(BadLaunchLine) as refused:
        parse_launch_line(line)
    assert why in str(refused.value)
    assert TOKEN not in str(refused.value)


def test_only_the_first_line_is_read() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"first\nsecond")
    assert read_launch_line(reading) == "first\n"
    assert os.read(reading, 100) == b"second"
    os.close(writing)
    with pytest.raises(BadLaunchLine, match="ended before"):
        read_launch_line(reading)
    os.close(reading)


def test_fields_of_a_section_are_checked() -> None:
    section: dict[str, object] = {"language": None, "threads": 0}
    assert read_optional_text(section, "language") is None
    assert read_optional_text(section, "other") is None
    with pytest.raises(BadLaunchLine, match="not at least 1"):
        read_positive(section, "threads")
