"""Evidence that somebody has voted."""

from typing import Final

TURNOUT_SOURCES: Final = ("teller", "phone", "postal_list", "sms", "door", "import", "manual")
