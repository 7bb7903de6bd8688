"""The end of a volunteer's texts: their campaigns are over, and what they did counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from dialer.domain.access import Permission, require
from dialer.services.calling.campaign_ends import TOLD_FOR
from dialer.services.context import Context
from dialer.store.models.calling import Campaign
from dialer.store.models.first_texts import TextBatch
from dialer.store.models.messaging import Blast
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class TextsOver:
    """All campaigns of a volunteer have ended, these of them not long ago; how many first texts of theirs the
    volunteer sent by hand.
    """

    campaigns: tuple[str, ...]
    sent_by_me: int


def texts_over(ctx: Context) -> TextsOver | None:
    """Whether nothing is left to text for the actor, who is in campaigns that ended within 12 hours; None
    where one of theirs goes on, or who isn't tied to any.
    """
    require(ctx.actor, Permission.CONVERSATION_ANSWER)
    if not ctx.actor.campaign_ids:
        return None
    with ctx.unit() as unit:
        theirs = (Campaign.organisation_id == unit.organisation_id, Campaign.id.in_(ctx.actor.campaign_ids))
        rows = unit.session.scalars(select(Campaign).where(*theirs).order_by(Campaign.name)).all()
        lately = [row for row in rows if row.ended_at is not None and ctx.now < row.ended_at + TOLD_FOR]
        if not lately or any(row.state != "ended" for row in rows):
            return None
        return TextsOver(tuple(row.name for row in lately), _sent(ctx, unit, lately))


def _sent(ctx: Context, unit: UnitOfWork, campaigns: Sequence[Campaign]) -> int:
    query = (
        select(func.coalesce(func.sum(TextBatch.pressed), 0))
        .join(Blast, (Blast.organisation_id == TextBatch.organisation_id) & (Blast.id == TextBatch.blast_id))
        .where(
            TextBatch.organisation_id == unit.organisation_id,
            TextBatch.account_id == ctx.actor.account_id,
            Blast.campaign_id.in_([row.id for row in campaigns]),
        )
    )
    return int(unit.session.scalar(query) or 0)
