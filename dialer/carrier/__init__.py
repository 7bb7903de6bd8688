"""The wire: texts and calls, and whether a webhook is the carrier's own."""
