"""Writes a sound file to stdout as 16 kHz mono s16le: `python -m earshot.recording FILE`.

Exit code 1 with one line `error: …` on stderr when the file cannot be heard.
"""

import sys
from pathlib import Path

from earshot.recording.reading import RecordingError, read_recording


def main(arguments: list[str]) -> int:
    """Run the command; returns the exit code."""
    if len(arguments) != 1:
        print("error: usage: python -m earshot.recording FILE", file=sys.stderr)
        return 2
    try:
        for block in read_recording(Path(arguments[0])):
            sys.stdout.buffer.write(block)
    except RecordingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
