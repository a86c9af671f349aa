"""Speech to text with Kyutai's streaming models (the `moshi` package on torch): word by word, and pauses."""
