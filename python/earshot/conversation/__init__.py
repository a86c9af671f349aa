"""The conversation: hears a person's turns, has them answered and spoken, and lets itself be interrupted."""
