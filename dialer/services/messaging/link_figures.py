"""What became of a blast's links: how many people opened each, what machines did, what opening one says."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from dialer.domain.access import Permission
from dialer.domain.errors import NotFound, ValidationFailed
from dialer.domain.link_visit import MACHINES, PERSON
from dialer.domain.placeholders import links_in
from dialer.domain.pledge import SUPPORTS
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.services.gotv.record import recompute_records, withdraw_evidence
from dialer.services.messaging.blasts import reach_blast
from dialer.services.messaging.figures import BLAST
from dialer.services.messaging.rendering import bodies_of
from dialer.store.models.calling import Campaign
from dialer.store.models.links import Link
from dialer.store.models.messaging import Blast
from dialer.store.queries import counters
from dialer.store.queries.link_codes import take_as_support, wait_for_visits
from dialer.store.session import UnitOfWork

LINK_SCOPE: Final = "link"
CLICKED: Final = "clicked"
"""The figure of a link or a blast that counts the people who opened it."""
SUPPORT_FROM: Final = "web"


@dataclass(frozen=True, slots=True)
class LinkView:
    """A link of a blast. `people` opened it, by `clicks` in all; `machines` looked at it, by kind. Where
    `support` stands, whoever opens it is taken to have that as long as nothing else is known.
    """

    id: uuid.UUID
    url: str
    support: int | None
    people: int
    clicks: int
    machines: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class LinksView:
    """All links of a blast, and how many people opened at least one of them."""

    people: int
    links: tuple[LinkView, ...]


def visits_by(visitor: str) -> str:
    """The figure of a link or a blast that counts visits by one kind of visitor."""
    return f"visits_{visitor}"


def blast_links(ctx: Context, blast_id: uuid.UUID) -> LinksView:
    """The links of a blast as its text has them now, and those that somebody opened."""
    with ctx.unit() as unit:
        blast, campaign = reach_blast(ctx, unit, blast_id, Permission.BLAST_READ)
        named = (target for body in bodies_of(blast, campaign).wordings for target in links_in(body))
        places = {target: place for place, target in enumerate(dict.fromkeys(named))}
        shown = [_view(unit, row) for row in _rows(unit, blast)]
        shown = [one for one in shown if one.url in places or one.clicks]
        shown.sort(key=lambda one: places.get(one.url, len(places)))
        people = counters.read(unit, BLAST, [blast.id]).get(CLICKED, 0) if shown else 0
        return LinksView(people, tuple(shown))


def set_link_support(ctx: Context, blast_id: uuid.UUID, link_id: uuid.UUID, support: int | None) -> LinkView:
    """Say what opening a link says of somebody's support (None: nothing), for all who opened it and will.

    It only fills what is empty: what somebody said, or was written down of them with its time, stands. What
    it said before is taken back. `NotFound` for a link that isn't the blast's.
    """
    if support is not None and support not in SUPPORTS:
        raise ValidationFailed.at("/support", "Give a support from 1 (strong for us) to 5 (against us).")
    set_ = _set_support(ctx, blast_id, link_id, support)
    _take_those_meanwhile(ctx, blast_id, link_id)
    return set_


@again_after_deadlock
def _set_support(ctx: Context, blast_id: uuid.UUID, link_id: uuid.UUID, support: int | None) -> LinkView:
    with ctx.unit() as unit:
        blast, campaign = reach_blast(ctx, unit, blast_id, Permission.BLAST_MANAGE)
        of_it = (Link.organisation_id == unit.organisation_id, Link.id == link_id, Link.blast_id == blast.id)
        link = unit.session.scalar(select(Link).where(*of_it).with_for_update(key_share=True))
        if link is None:
            raise NotFound
        if link.support != support:
            link.support = support
            unit.session.flush()
            _take_anew(ctx, unit, link, campaign)
            about = {"link_id": str(link.id), "support": support}
            ctx.audit(unit, "blast.link_support_set", "blast", blast.id, about)
        return _view(unit, link)


@again_after_deadlock
def _take_those_meanwhile(ctx: Context, blast_id: uuid.UUID, link_id: uuid.UUID) -> None:
    """Take up those who opened it while it was changed: nobody who follows a link waits for that. Where it is
    being changed again, whoever does that takes them up.
    """
    with ctx.unit() as unit:
        _, campaign = reach_blast(ctx, unit, blast_id, Permission.BLAST_MANAGE)
        wait_for_visits(unit, link_id)
        of_it = (Link.organisation_id == unit.organisation_id, Link.id == link_id)
        free = select(Link).where(*of_it).with_for_update(key_share=True, skip_locked=True)
        link = unit.session.scalar(free)
        if link is not None:
            _take(unit, link, campaign)


def _take_anew(ctx: Context, unit: UnitOfWork, link: Link, campaign: Campaign) -> None:
    withdraw_evidence(unit, at=ctx.now, link_ids=[link.id])
    _take(unit, link, campaign)


def _take(unit: UnitOfWork, link: Link, campaign: Campaign) -> None:
    if link.support is None:
        return
    of_it = {"election_id": campaign.election_id, "campaign_id": campaign.id}
    told = take_as_support(unit, link.id, support=link.support, **of_it)
    recompute_records(unit, campaign.election_id, told)


def _rows(unit: UnitOfWork, blast: Blast) -> Sequence[Link]:
    of_it = (Link.organisation_id == unit.organisation_id, Link.blast_id == blast.id)
    return unit.session.scalars(select(Link).where(*of_it).order_by(Link.created_at, Link.id)).all()


def _view(unit: UnitOfWork, link: Link) -> LinkView:
    figures = counters.read(unit, LINK_SCOPE, [link.id])
    return LinkView(
        id=link.id,
        url=link.target,
        support=link.support,
        people=figures.get(CLICKED, 0),
        clicks=figures.get(visits_by(PERSON), 0),
        machines={kind: figures.get(visits_by(kind), 0) for kind in MACHINES},
    )
