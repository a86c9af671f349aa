"""Speaks a text with espeak-ng into a 16 kHz WAV file: `python espeak.py TEXT OUT.wav [VOICE]`.

A second synthesiser for recognition tests, from the library that the voice environment carries anyway.
"""

import ctypes
import sys
from pathlib import Path

import espeakng_loader
import numpy as np
import soundfile
import soxr

AUDIO_OUTPUT_SYNCHRONOUS = 2
POSITION_CHARACTER = 1
CHARS_UTF8 = 1
RATE_PARAMETER = 1
WORDS_PER_MINUTE = 150
SAMPLE_RATE_HZ = 16_000

SynthCallback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


def speak(text: str, voice: str) -> tuple[np.ndarray, int]:
    """Samples (float, mono) and their rate in Hz.

    Raises:
        RuntimeError: the library or the voice could not be loaded.
    """
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    rate_hz = library.espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), 0)
    if rate_hz <= 0 or library.espeak_SetVoiceByName(voice.encode()) != 0:
        raise RuntimeError(f"espeak-ng does not speak {voice}")
    library.espeak_SetParameter(RATE_PARAMETER, WORDS_PER_MINUTE, 0)
    pieces: list[np.ndarray] = []

    def collect(samples: "ctypes._Pointer[ctypes.c_short]", count: int, _events: object) -> int:
        if count > 0:
            pieces.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0

    callback = SynthCallback(collect)
    library.espeak_SetSynthCallback(callback)
    encoded = text.encode()
    library.espeak_Synth(encoded, len(encoded) + 1, 0, POSITION_CHARACTER, 0, CHARS_UTF8, None, None)
    library.espeak_Synchronize()
    return np.concatenate(pieces).astype(np.float32) / 32768, rate_hz


def main(text: str, out: Path, voice: str = "en-us") -> None:
    """Write the spoken text with half a second of silence on both sides."""
    spoken, rate_hz = speak(text, voice)
    silence = np.zeros(SAMPLE_RATE_HZ // 2, dtype=np.float32)
    resampled = soxr.resample(spoken, rate_hz, SAMPLE_RATE_HZ)
    soundfile.write(out, np.concatenate([silence, resampled, silence]), SAMPLE_RATE_HZ, "PCM_16")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
