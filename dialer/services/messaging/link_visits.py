"""Following a short link: where it leads, and what is kept of who opened it.

Whoever opens it is sent on at once, person or machine. A person's first click counts them, marks them for
audiences, and may say something of their support; what machines fetch is only counted, by kind.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.engine import Row

from dialer.domain.access import Actor, Permission, require
from dialer.domain.errors import NotFound
from dialer.domain.link_visit import Visit, visitor_of
from dialer.domain.short_link import read_code
from dialer.services.accounts.organisations import system_actor
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context, Units
from dialer.services.gotv.record import record_support
from dialer.services.messaging.figures import BLAST
from dialer.services.messaging.link_figures import CLICKED, LINK_SCOPE, SUPPORT_FROM, visits_by
from dialer.store.models.calling import Campaign
from dialer.store.models.links import Link
from dialer.store.models.people import Contact
from dialer.store.queries import counters
from dialer.store.queries.counters import Key
from dialer.store.queries.link_codes import found_code, lock_whose, note_visit, opened_another, visiting
from dialer.store.session import UnitOfWork

MOST_COUNTED: Final = 1_000
"""So many clicks of one code are counted, and as many looks of machines: whoever asks for it without end
makes us write no more.
"""


@dataclass(frozen=True, slots=True)
class Way:
    """Where a code leads, and what is needed to keep that somebody went."""

    target: str
    code: str
    found: Row[Any]


def way_of(units: Units, code: str) -> Way:
    """Where a code leads. `NotFound` where it was never given out."""
    wanted = read_code(code)
    with units.read() as unit:
        found = found_code(unit, wanted)
    if found is None:
        raise NotFound
    return Way(found.target, wanted, found)


def actor_of(way: Way) -> Actor:
    """The system's own hand in the organisation whose link it is."""
    return system_actor(way.found.organisation_id)


@again_after_deadlock
def note(ctx: Context, way: Way, visit: Visit) -> None:
    """Keep that a link was opened, by whom the table in `domain/link_visit.py` says."""
    require(ctx.actor, Permission.LINK_FOLLOW)
    since_s = (ctx.now - way.found.handed_over_at).total_seconds()
    visitor = visitor_of(replace(visit, after_s=since_s))
    with ctx.unit() as unit:
        whose = way.found.contact_id
        if whose is not None and way.found.blast_id is not None:
            lock_whose(unit, whose, way.found.blast_id)
        is_first = note_visit(unit, way.code, visitor, ctx.now, most=MOST_COUNTED)
        if whose is None or is_first is None:
            return  # a text that was tried, or one that is asked for without end
        _count(unit, way.found, visitor, is_first=is_first)
        if is_first:
            _take_as_support(ctx, unit, way.found)


def _count(unit: UnitOfWork, found: Row[Any], visitor: str, *, is_first: bool) -> None:
    blast_id, link_id = found.blast_id, found.link_id
    deltas: Counter[Key] = Counter({(LINK_SCOPE, link_id, visits_by(visitor)): 1})
    if blast_id is not None:
        deltas[BLAST, blast_id, visits_by(visitor)] = 1
    if is_first:
        deltas[LINK_SCOPE, link_id, CLICKED] = 1
    if is_first and blast_id is not None and not opened_another(unit, found.contact_id, blast_id, link_id):
        deltas[BLAST, blast_id, CLICKED] = 1
    counters.bump_all(unit, deltas)


def _take_as_support(ctx: Context, unit: UnitOfWork, found: Row[Any]) -> None:
    """A click says less than a word of theirs, so it only fills what is empty: it counts as undated.

    What it says is asked anew and held: who changes it later finds this click. While it is being changed, for
    all who opened it, nothing is written here: whoever changes it takes this click up afterwards.
    """
    visiting(unit, found.link_id)
    of_it = (Link.organisation_id == unit.organisation_id, Link.id == found.link_id)
    support = unit.session.scalar(
        select(Link.support).where(*of_it).with_for_update(read=True, skip_locked=True)
    )
    campaign = unit.session.get(Campaign, (unit.organisation_id, found.campaign_id))
    about = (Contact.organisation_id == unit.organisation_id, Contact.id == found.contact_id)
    if support is None or campaign is None or unit.session.scalar(select(Contact.id).where(*about)) is None:
        return
    record_support(
        unit,
        contact_id=found.contact_id,
        election_id=campaign.election_id,
        support=support,
        voting_method=None,
        source=SUPPORT_FROM,
        at=ctx.now,
        dated=False,
        campaign_id=campaign.id,
        link_id=found.link_id,
    )
