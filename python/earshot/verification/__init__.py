"""Proves that an environment works: what is locked is installed, torch computes, every planned engine answers once."""
