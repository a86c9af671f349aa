"""The embedded language model: llama.cpp behind OpenAI's chat completions."""
