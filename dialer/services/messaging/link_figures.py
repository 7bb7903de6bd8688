"""What became of a blast's links: how many people opened each, what machines did, what opening one says."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from dialer.domain.access import Permission
from dialer.domain.link_visit import MACHINES, PERSON
from dialer.domain.placeholders import links_in
from dialer.services.context import Context
from dialer.services.messaging.blasts import reach_blast
from dialer.services.messaging.figures import BLAST
from dialer.services.messaging.rendering import bodies_of
from dialer.store.models.links import Link
from dialer.store.models.messaging import Blast
from dialer.store.queries import counters
from dialer.store.session import UnitOfWork

LINK_SCOPE: Final = "link"
CLICKED: Final = "clicked"
"""The figure of a link or a blast that counts the people who opened it."""
SUPPORT_FROM: Final = "web"


@dataclass(frozen=True, slots=True)
class LinkView:
    """A link of a blast. `people` opened it, by `clicks` in all; `machines` looked at it, by kind. Where
    `support` stands, whoever opens it is taken to have that as long as nothing else is known; of about `left`
    of them that isn't written down yet, or not taken back.
    """

    id: uuid.UUID
    url: str
    support: int | None
    people: int
    clicks: int
    machines: Mapping[str, int]
    left: int = 0


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
        shown = [link_view(unit, row) for row in _rows(unit, blast)]
        shown = [one for one in shown if one.url in places or one.clicks]
        shown.sort(key=lambda one: places.get(one.url, len(places)))
        people = counters.read(unit, BLAST, [blast.id]).get(CLICKED, 0) if shown else 0
        return LinksView(people, tuple(shown))


def _rows(unit: UnitOfWork, blast: Blast) -> Sequence[Link]:
    of_it = (Link.organisation_id == unit.organisation_id, Link.blast_id == blast.id)
    return unit.session.scalars(select(Link).where(*of_it).order_by(Link.created_at, Link.id)).all()


def link_view(unit: UnitOfWork, link: Link) -> LinkView:
    """A link as it is shown."""
    figures = counters.read(unit, LINK_SCOPE, [link.id])
    return LinkView(
        id=link.id,
        url=link.target,
        support=link.support,
        people=figures.get(CLICKED, 0),
        clicks=figures.get(visits_by(PERSON), 0),
        machines={kind: figures.get(visits_by(kind), 0) for kind in MACHINES},
        left=link.unsaid_count or 0,
    )
