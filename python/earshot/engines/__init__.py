"""One package for each engine; engines never import one another."""
