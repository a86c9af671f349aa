"""What streaming recognisers share: moshi-server's protocol, the words in it, and the audio of a session."""
