"""Measurements of a really running installation; `scripts/bench` runs them."""
