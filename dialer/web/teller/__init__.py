"""The tellers' page: a number a second with cold thumbs, with a network or without."""

from dialer.web.teller import offline, sending
from dialer.web.teller.page import teller

__all__ = ["offline", "sending", "teller"]
