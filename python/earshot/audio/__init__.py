"""Sound between its formats: files in, samples inside, s16le and WAV out."""
