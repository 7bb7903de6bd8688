"""What goes wrong with the embedded database and queue."""


class EmbeddedError(Exception):
    """It can't be started; the message says why and what to do."""
