"""Runs one small kernel on the one graphics card this process may see, with nothing but the driver's own library."""
