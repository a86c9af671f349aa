"""Reads a sound file into the one format the conversation hears."""
