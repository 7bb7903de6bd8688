"""Texts that may have meant no: what was doubted in them and by which rule, and several decided at once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import text

from dialer.domain.access import Permission, require
from dialer.domain.email_address import channel_of
from dialer.domain.errors import Conflict, InvalidTransition, NotFound
from dialer.domain.inbound_rules import REVIEW
from dialer.domain.inbound_text import words_that_doubted
from dialer.domain.letter_noes import shown
from dialer.domain.texting import EMAIL
from dialer.services.context import Context
from dialer.services.messaging.conversation_views import ConversationView
from dialer.services.messaging.conversations import ConversationSearch, decide, list_conversations
from dialer.services.paging import Page, Slice
from dialer.store.session import UnitOfWork

DECIDED_AT_ONCE: Final = 100
DOUBTED: Final = 3
"""So many doubtful texts of one number are shown, the latest."""


_NONE_TOLD: Final[Mapping[uuid.UUID, uuid.UUID | None]] = {}


@dataclass(frozen=True, slots=True)
class Doubted:
    """A text that may have meant no: the rule that says so, and the words by which it does."""

    message_id: uuid.UUID
    body: str = field(repr=False)
    rule: str
    words: str = field(repr=False)
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Review:
    """A conversation that somebody has to decide about."""

    conversation: ConversationView
    doubted: tuple[Doubted, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of several decisions: those that hold, and those that there was nothing to decide of, or
    more to read.
    """

    decided: tuple[uuid.UUID, ...]
    left: tuple[uuid.UUID, ...]


def list_reviews(ctx: Context, page: Page, campaign_id: uuid.UUID | None = None) -> Slice[Review]:
    """Conversations in review, the latest text first, each with its doubtful texts."""
    require(ctx.actor, Permission.CONVERSATION_MANAGE)
    found = list_conversations(ctx, ConversationSearch(state="review", campaign_id=campaign_id), page)
    doubted = doubted_of(ctx, found.items)
    return found.map(lambda view: Review(view, doubted.get(view.id, ())))


def doubted_of(ctx: Context, views: Sequence[ConversationView]) -> Mapping[uuid.UUID, tuple[Doubted, ...]]:
    """The doubtful texts of those of the conversations that are in review, the latest first."""
    in_review = {view.number: view.id for view in views if view.state == "review"}
    if not in_review:
        return {}
    with ctx.unit() as unit:
        found = _doubted(unit, list(in_review))
    return {in_review[number]: tuple(texts) for number, texts in found.items()}


def decide_several(
    ctx: Context, wanted: Mapping[uuid.UUID, bool], seen: Mapping[uuid.UUID, uuid.UUID | None] = _NONE_TOLD
) -> Outcome:
    """Decide about conversations, each on its own: whether what was written was a no. One that somebody
    decided already in another way, in which another doubtful text came after the one that was `seen`, or that
    isn't there for the actor, is left as it is.
    """
    require(ctx.actor, Permission.CONVERSATION_MANAGE)
    decided, left = [], []
    for conversation_id, opt_out in sorted(wanted.items()):
        try:
            decide(ctx, conversation_id, opt_out=opt_out, seen=seen.get(conversation_id))
        except (Conflict, InvalidTransition, NotFound):
            left.append(conversation_id)
        else:
            decided.append(conversation_id)
    return Outcome(tuple(decided), tuple(left))


_TEXTS: Final = text(
    """
    SELECT d.id, d.number, d.body, d.inbound_rule, d.created_at
    FROM unnest(CAST(:numbers AS text[])) AS n (number)
    CROSS JOIN LATERAL (
        SELECT m.id, m.number, m.body, m.inbound_rule, m.created_at FROM message m
        WHERE m.organisation_id = :organisation AND m.number = n.number
          AND m.direction = 'inbound' AND m.inbound_class = 'review'
        ORDER BY m.id DESC LIMIT :most
    ) AS d
    ORDER BY d.id DESC
    """
)


def _doubted(unit: UnitOfWork, numbers: list[str]) -> Mapping[str, list[Doubted]]:
    given = {"organisation": unit.organisation_id, "numbers": numbers, "most": DOUBTED}
    found: defaultdict[str, list[Doubted]] = defaultdict(list)
    for row in unit.session.execute(_TEXTS, given):
        rule = row.inbound_rule or ""
        is_letter = channel_of(row.number) == EMAIL
        body = shown(row.body, REVIEW, rule).own if is_letter else row.body
        words = words_that_doubted(body, rule)
        found[row.number].append(Doubted(row.id, body or row.body, rule, words, row.created_at))
    return found
