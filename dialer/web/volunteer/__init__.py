"""Pages for callers: the call screen, the practice call, the keys."""
