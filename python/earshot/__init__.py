"""Earshot's Python side: one process for each engine and one for the conversation, all started by main."""
