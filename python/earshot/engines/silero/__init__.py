"""Voice activity with Silero on torch: the smallest engine with real weights."""
