"""Which pages whoever answers people may lead them to, behind an address of ours.

That address is on the domain that everybody here trusts, so nobody puts a page of their own behind it: who
makes no blasts leads only where somebody who does has led already.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, or_, select

from dialer.domain.access import Permission
from dialer.domain.errors import FieldError, ValidationFailed
from dialer.domain.placeholders import links_in
from dialer.services.context import Context
from dialer.store.models.calling import Campaign
from dialer.store.models.conversations import CannedReply
from dialer.store.models.messaging import Blast
from dialer.store.session import UnitOfWork


def check_links(ctx: Context, unit: UnitOfWork, body: str, campaign: Campaign | None) -> None:
    """`ValidationFailed` where the links of a text lead elsewhere than words kept ready for its campaign, or
    a blast of it, and the actor is none who writes blasts.
    """
    wanted = links_in(body)
    if not wanted or ctx.actor.may(Permission.BLAST_MANAGE):
        return
    known = {target for words in _wordings(unit, campaign) for target in links_in(words)}
    detail = "Only words kept ready, or a blast, bring a link with them. Write the address as it is."
    if faults := [FieldError("/body", detail) for target in wanted if target not in known]:
        raise ValidationFailed(errors=faults)


def _wordings(unit: UnitOfWork, campaign: Campaign | None) -> Iterator[str]:
    """What is written for this campaign, or for all, and may have links, in each language."""
    of: ColumnElement[bool] = CannedReply.campaign_id.is_(None)
    if campaign is not None:
        of = or_(of, CannedReply.campaign_id == campaign.id)
    found = [
        select(CannedReply.body, CannedReply.bodies).where(
            CannedReply.organisation_id == unit.organisation_id, of
        )
    ]
    if campaign is not None:
        of_it = (Blast.organisation_id == unit.organisation_id, Blast.campaign_id == campaign.id)
        found.append(select(Blast.body, Blast.bodies).where(*of_it))
    for query in found:
        for body, bodies in unit.session.execute(query):
            yield body
            yield from bodies.values()
