"""For doors at which somebody waits: deeds of this thread get so long from the database, and no longer.

What isn't answered by then is `Unavailable`, as it is with the database away, and the door says what it says
then. The statement is ended in the database, and taken back.
"""

from dialer.store.patience import hurry, take_time

__all__ = ["hurry", "take_time"]
