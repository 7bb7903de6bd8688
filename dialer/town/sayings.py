"""What townspeople write back, in the words in which people do."""

from __future__ import annotations

from typing import Final

YES: Final = (
    "Yes",
    "yes definitely",
    "Yes you can count on me 👍",
    "Will do!",
    "Already have :)",
    "Ydw, wrth gwrs",
    "Iawn, dim problem",
    "I'll be there, thanks for the reminder",
)

NO: Final = (
    "No",
    "no thanks",
    "Not this time sorry",
    "Na, dim diolch",
    "I've not made up my mind yet",
    "Voting for somebody else I'm afraid",
)

QUESTIONS: Final = (
    "Who is this?",
    "Where is my polling station?",
    "What time does it close?",
    "Do I need ID?",
    "Can somebody give my mum a lift?",
    "Pwy sy'n gofyn?",
    "which stop do I get off at for the meeting?",
)

UNCLEAR: Final = (
    "Not interested in any of this",
    "Stop the cuts!",
    "I quit smoking for this?",
    "👍",
    "ok",
    "Sorry driving, can't read this now",
)

STOP: Final = (
    "STOP",
    "Stop",
    "stop",
    "STOP.",
    "Stop please",
    "STOP, wrong person",
    "Unsubscribe",
    "STOPALL",
    "Please stop texting me",
    "could you stop these texts",
    "I no longer wish to hear from you",
    "Stopiwch",
)
"""Some of them the carrier knows as keywords and blocks; the others only a reader understands."""

HELP: Final = ("HELP", "Info")
