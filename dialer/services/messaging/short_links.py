"""`{link:https://…}` in a text: the address that each person reads in its place, made for many at once.

Made again, for the same text and person, it is the same address: a worker that was killed between two writes
leaves nothing that isn't found again.
"""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from dialer.domain.placeholders import LINK, links_in
from dialer.domain.short_link import CODE_LENGTH, KEY_BYTES, code_of
from dialer.services.context import Context
from dialer.store.models.links import Link
from dialer.store.models.messaging import Blast
from dialer.store.queries.link_codes import NewCode, add_codes
from dialer.store.session import UnitOfWork

Whose = uuid.UUID | str
"""Whom a code belongs to: a contact, or a number that we know nobody by."""

Addresses = Mapping[str, str]
"""What the links of a text stand for, by the name of their placeholder."""


def short_links(
    ctx: Context,
    unit: UnitOfWork,
    bodies: Iterable[str],
    whose: Collection[Whose],
    *,
    campaign_id: uuid.UUID | None,
    blast_id: uuid.UUID | None,
) -> Mapping[Whose, Addresses]:
    """What the links in these wordings of one text stand for, for each of these; empty where it has none."""
    made: defaultdict[Whose, dict[str, str]] = defaultdict(dict)
    for link in _links(unit, bodies, campaign_id, blast_id, ctx.now):
        for one, code in _codes(ctx, unit, link, list(dict.fromkeys(whose))).items():
            made[one][f"{LINK}{link.target}"] = short_url(ctx, code)
    return made


def sample_short_links(ctx: Context, bodies: Iterable[str]) -> Addresses:
    """Addresses as long as any, before anybody has one of their own."""
    sample = short_url(ctx, "x" * CODE_LENGTH)
    return {f"{LINK}{target}": sample for body in bodies for target in links_in(body)}


def short_url(ctx: Context, code: str) -> str:
    """The address that a code stands for."""
    return f"{ctx.messaging.link_base or ctx.public_url}/l/{code}"


def make_links(unit: UnitOfWork, blast: Blast, bodies: Iterable[str], now: dt.datetime) -> None:
    """Write the links of a blast's wordings down, so that something can be said of each before it begins."""
    _links(unit, bodies, blast.campaign_id, blast.id, now)


def _links(
    unit: UnitOfWork,
    bodies: Iterable[str],
    campaign_id: uuid.UUID | None,
    blast_id: uuid.UUID | None,
    now: dt.datetime,
) -> list[Link]:
    """Its id follows from what a link belongs to and where it leads, so two who make it make the same one."""
    scope = blast_id or campaign_id or unit.organisation_id
    ids = {uuid.uuid5(scope, target): target for body in bodies for target in links_in(body)}
    if not ids:
        return []
    of_it = {"organisation_id": unit.organisation_id, "campaign_id": campaign_id, "blast_id": blast_id}
    new = [
        {**of_it, "id": id_, "target": target, "key": secrets.token_bytes(KEY_BYTES), "created_at": now}
        for id_, target in sorted(ids.items())
    ]
    unit.session.execute(insert(Link).values(new).on_conflict_do_nothing())
    found = select(Link).where(Link.organisation_id == unit.organisation_id, Link.id.in_(ids))
    by_id = {link.id: link for link in unit.session.scalars(found)}
    return [by_id[id_] for id_ in ids]


def _codes(ctx: Context, unit: UnitOfWork, link: Link, whose: Sequence[Whose]) -> dict[Whose, str]:
    """Each one's code. Where another has the one that was drawn, one in millions, the next is taken."""
    codes: dict[Whose, str] = {}
    left, nth = list(whose), 0
    while left:
        drawn = {one: code_of(link.key, one, nth) for one in left}
        new = sorted((code, one) for one, code in drawn.items())  # side by side in the index
        taken = add_codes(unit, link.id, [_new_code(code, one) for code, one in new], ctx.now)
        codes |= {one: code for one, code in drawn.items() if code not in taken}
        left, nth = [one for one, code in drawn.items() if code in taken], nth + 1
    return codes


def _new_code(code: str, one: Whose) -> NewCode:
    return NewCode(code, one if isinstance(one, uuid.UUID) else None)
