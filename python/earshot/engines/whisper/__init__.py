"""Speech to text with Whisper (faster-whisper on CTranslate2): a cancellable streaming session, and whole files."""
