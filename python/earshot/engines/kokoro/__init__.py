"""Text to speech with Kokoro (kokoro-onnx on ONNX Runtime): sentence by sentence, as soon as each is spoken."""
