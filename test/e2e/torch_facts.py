"""What a torch environment is: its versions, and where Silero on torch hears speech, as JSON.

Run with that environment's Python: `python torch_facts.py FILE.wav`.
"""

import importlib.metadata
import json
import sys
from pathlib import Path

import torch
from earshot.audio.decoding import decode
from earshot.engines.silero.detector import SAMPLE_RATE_HZ, find_speech

with Path(sys.argv[1]).open("rb") as file:
    samples = decode(file, sample_rate_hz=SAMPLE_RATE_HZ, longest_s=60)
distributions = importlib.metadata.distributions()
names = {each.metadata["Name"]: each.version for each in distributions}
print(
    json.dumps(
        {
            "torch": torch.__version__,
            "cuda": torch.version.cuda,
            "nvidia": {name: version for name, version in sorted(names.items()) if name.startswith("nvidia-")},
            "spans": [[span.start_s, span.stop_s] for span in find_speech(samples, SAMPLE_RATE_HZ)],
        }
    )
)
