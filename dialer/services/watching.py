"""Who may watch what live: the rules of `GET /blasts/{id}/progress`, `GET /campaigns/{id}/stats` and `GET
/sessions/{id}`, before a stream begins and again while it lasts.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from dialer.domain.access import Permission, require
from dialer.domain.errors import Forbidden, NotFound
from dialer.domain.live_topics import BLAST, CAMPAIGN, OF_SESSION, SESSION, Topic
from dialer.services.accounts.authentication import actor_for_login, actor_for_token
from dialer.services.calling.reach import reach_shift
from dialer.services.context import Context
from dialer.services.messaging.blasts import reach_blast
from dialer.store.models.calling import Campaign
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class Credential:
    """By what somebody was let in: a bearer token, or the secret of a signed-in browser."""

    is_token: bool
    secret: str = field(repr=False)


def watch(ctx: Context, topics: Sequence[Topic]) -> dict[Topic, uuid.UUID]:
    """Let the actor watch these; the campaign that each belongs to.

    `Forbidden` where the role is too low for one of them, `NotFound` where one isn't there for the actor.
    """
    with ctx.unit() as unit:
        found = {one: _campaign_of(ctx, unit, one) for one in dict.fromkeys(map(_judged_by, topics))}
        return {topic: found[_judged_by(topic)] for topic in topics}


def still_watched(ctx: Context, credential: Credential, topics: Collection[Topic]) -> frozenset[Topic]:
    """Those that may still be watched with this credential: none when it has ended.

    A browser that watches isn't quiet (`actor_for_login`).
    """
    find = actor_for_token if credential.is_token else actor_for_login
    actor = find(ctx.units, credential.secret, ctx.now)
    if actor is None:
        return frozenset()
    ours = ctx.as_actor(actor)
    with ours.unit() as unit:
        in_reach = {shown: _is_in_reach(ours, unit, shown) for shown in {_judged_by(one) for one in topics}}
        return frozenset(topic for topic in topics if in_reach[_judged_by(topic)])


def _judged_by(topic: Topic) -> Topic:
    """A shift, its call and its person are watched by one right: it is looked at once."""
    return Topic(SESSION, topic.id) if topic.kind in OF_SESSION else topic


def _is_in_reach(ctx: Context, unit: UnitOfWork, topic: Topic) -> bool:
    try:
        _campaign_of(ctx, unit, topic)
    except (Forbidden, NotFound):
        return False
    return True


def _campaign_of(ctx: Context, unit: UnitOfWork, topic: Topic) -> uuid.UUID:
    if topic.kind in OF_SESSION:
        return reach_shift(ctx, unit, topic.id).campaign_id
    require(ctx.actor, Permission.STATS_READ)
    if topic.kind == BLAST:
        return reach_blast(ctx, unit, topic.id, Permission.BLAST_READ)[1].id
    assert topic.kind == CAMPAIGN, "nothing else is watched"  # noqa: S101
    require(ctx.actor, Permission.STATS_READ, campaign_id=topic.id)
    if unit.session.get(Campaign, (unit.organisation_id, topic.id)) is None:
        raise NotFound
    return topic.id
