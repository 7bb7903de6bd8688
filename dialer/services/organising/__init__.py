"""Deeds about bringing people together: events, and who comes to them."""
