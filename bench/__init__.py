"""Measurements of a really running installation, and of pacing in a simulated room, by `scripts/bench`."""
