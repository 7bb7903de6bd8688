"""What is watched live, by name: `blast:ID` for how far a text is, `campaign:ID` for a campaign's figures; a
volunteer's own shift, with the call and the person in hand, each under the shift's id.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Final

from dialer.domain.errors import NotFound, ValidationFailed

BLAST: Final = "blast"
CAMPAIGN: Final = "campaign"
WATCHED: Final = (BLAST, CAMPAIGN)
SESSION: Final = "session"
SESSION_CALL: Final = "session-call"
SESSION_ASSIGNMENT: Final = "session-assignment"
OF_SESSION: Final = (SESSION, SESSION_CALL, SESSION_ASSIGNMENT)
"""What the volunteer of a shift watches, all of it changing with the shift. Others don't."""
ORGANISATION: Final = "organisation"
"""Changes for everything that belongs to it; told of, but not watched by itself."""
STANDSTILL: Final = "standstill"
"""By campaign: whether anybody is rung in it, and why not, which those read who wait on their line; told of,
but not watched by itself."""
ACCOUNT: Final = "account"
"""Changes for whoever watches with its rights; told of, but not watched by itself."""
MOST: Final = 20
"""How many one listener may name."""


@dataclass(frozen=True, slots=True, order=True)
class Topic:
    """One thing whose figures change."""

    kind: str
    id: uuid.UUID

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


def read_topics(text: str) -> tuple[Topic, ...]:
    """The topics that a listener names, with commas between them, each once.

    `ValidationFailed` where they can't be read, `NotFound` where an id is none of ours.
    """
    names = list(dict.fromkeys(text.split(",")))
    if len(names) > MOST:
        raise ValidationFailed.at("/topics", f"Name at most {MOST} at once.")
    return tuple(_read(name) for name in names)


def _read(name: str) -> Topic:
    kind, colon, _ = name.partition(":")
    if not colon or kind not in WATCHED:
        raise ValidationFailed.at("/topics", "Name each as blast:ID or campaign:ID, with commas between.")
    topic = parse_topic(name)
    if topic is None:
        raise NotFound
    return topic


def parse_topic(name: str) -> Topic | None:
    """The topic of any kind that a name is, in the one spelling that we write; else None."""
    kind, _, id_ = name.partition(":")
    try:
        topic = Topic(kind, uuid.UUID(id_))
    except ValueError:
        return None
    return topic if str(topic) == name else None
