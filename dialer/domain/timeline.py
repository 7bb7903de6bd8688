"""What a person's timeline tells of, and who may read which of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Final

from dialer.domain.access import Actor, Permission


class Kind(StrEnum):
    """The kinds of what happened with a person, by which a timeline is filtered."""

    CALL = "call"
    DOOR = "door"
    TEXT = "text"
    EMAIL = "email"
    PLEDGE = "pledge"
    TURNOUT = "turnout"
    OPT_OUT = "opt_out"
    CONSENT = "consent"
    LINK = "link"
    CONVERSATION = "conversation"
    NOTE = "note"
    IMPORT = "import"
    CHANGE = "change"


_READS: Final[Mapping[Kind, Permission]] = {
    Kind.CALL: Permission.CALL_READ,
    Kind.DOOR: Permission.DOOR_READ,
    Kind.TEXT: Permission.MESSAGE_READ,
    Kind.EMAIL: Permission.MESSAGE_READ,
    Kind.LINK: Permission.MESSAGE_READ,
    Kind.PLEDGE: Permission.PLEDGE_READ,
    Kind.TURNOUT: Permission.TURNOUT_READ,
    Kind.CONVERSATION: Permission.CONVERSATION_MANAGE,
    Kind.NOTE: Permission.CONVERSATION_READ,
}
"""What must be allowed beside reading contacts; nothing more for the others."""


def kinds_for(actor: Actor, wanted: Collection[Kind] = ()) -> list[Kind]:
    """The kinds that somebody who may read contacts is shown, of those that are wanted; none wanted: all."""
    return [
        kind
        for kind in Kind
        if (not wanted or kind in wanted) and (kind not in _READS or actor.may(_READS[kind]))
    ]
