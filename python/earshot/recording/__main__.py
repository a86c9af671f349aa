"""Writes a sound file to stdout as 16 kHz mono s16le: `python -m earshot.recording FILE`.

Exit code 1 with one line `error: …` on stderr when the file cannot be heard.
"""

import sys
from pathlib import Path

from earshot.audio.decoding import UnreadableSound, decode
from earshot.audio.samples import to_s16le

_SAMPLE_RATE_HZ = 16_000
_LONGEST_S = 3_600


def main(arguments: list[str]) -> int:
    """Run the command; returns the exit code."""
    if len(arguments) != 1:
        print("error: usage: python -m earshot.recording FILE", file=sys.stderr)
        return 2
    try:
        with Path(arguments[0]).open("rb") as file:
            samples = decode(file, sample_rate_hz=_SAMPLE_RATE_HZ, longest_s=_LONGEST_S)
    except (UnreadableSound, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    sys.stdout.buffer.write(to_s16le(samples))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
