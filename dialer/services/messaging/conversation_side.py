"""What stands at the side of a conversation: what else was with the person, and what its campaign says.

Seen is what the actor may: of a person only once it is known who writes; for those who see only their own
campaigns, what was in these.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import ColumnElement, and_, or_, select

from dialer.domain import script as scripts
from dialer.domain.access import Actor, Permission
from dialer.services.calling.assignment_views import placeholder_values
from dialer.services.calling.history import last_calls
from dialer.services.calling.script_rows import script_from_row
from dialer.services.calling.views import PastAttempt, ScriptView
from dialer.services.context import Context
from dialer.services.messaging.conversation_reach import reach_conversation, texts_within
from dialer.services.messaging.written_lately import Written, last_written
from dialer.store.models.calling import Campaign, Result, Script, ScriptVersion
from dialer.store.models.conversations import Conversation
from dialer.store.models.gotv import Election, Pledge
from dialer.store.models.messaging import Message
from dialer.store.models.people import Contact
from dialer.store.session import UnitOfWork

PLEDGES: Final = 5
"""How many pledges are shown, the latest ones."""


@dataclass(frozen=True, slots=True)
class PastPledge:
    """Something they, or a list, told of how they mean to vote, and that stands."""

    at: dt.datetime
    support: int | None
    voting_method: str | None
    source: str


@dataclass(frozen=True, slots=True)
class Before:
    """What else was with one person, each the latest first: calls, pledges in this election, and what was
    written to and from their other numbers and addresses.
    """

    calls: Sequence[PastAttempt] = field(repr=False)
    pledges: Sequence[PastPledge] = field(repr=False)
    written: Sequence[Written] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Side:
    """`before` is None where it isn't known who writes, `script` where the campaign has none. The zone is
    the campaign's.
    """

    before: Before | None
    script: ScriptView | None
    zone: str | None


def side_of(ctx: Context, conversation_id: uuid.UUID) -> Side:
    """What is shown beside a conversation that the actor may read."""
    with ctx.unit(by_keys=True) as unit:
        row = reach_conversation(ctx, unit, conversation_id, Permission.CONVERSATION_READ)
        contact = _contact(unit, row)
        campaign, script, version = _campaign(unit, row) or (None, None, None)
        return Side(
            before=_before(ctx.actor, unit, row, contact.id, campaign) if contact is not None else None,
            script=_read_out(script, version, contact, ctx.actor) if script and version else None,
            zone=campaign.timezone if campaign is not None else None,
        )


def _contact(unit: UnitOfWork, row: Conversation) -> Contact | None:
    """Whoever writes, where that is known."""
    return unit.session.get(Contact, (unit.organisation_id, row.contact_id)) if row.contact_id else None


def _campaign(
    unit: UnitOfWork, row: Conversation
) -> tuple[Campaign, Script | None, ScriptVersion | None] | None:
    """The conversation's campaign, with its script as it stands now."""
    if row.campaign_id is None:
        return None
    query = (
        select(Campaign, Script, ScriptVersion)
        .outerjoin(
            Script, and_(Script.organisation_id == Campaign.organisation_id, Script.id == Campaign.script_id)
        )
        .outerjoin(
            ScriptVersion,
            and_(
                ScriptVersion.organisation_id == Script.organisation_id,
                ScriptVersion.script_id == Script.id,
                ScriptVersion.version == Script.version,
            ),
        )
        .where(Campaign.organisation_id == unit.organisation_id, Campaign.id == row.campaign_id)
    )
    found = unit.session.execute(query).one_or_none()
    return (found[0], found[1], found[2]) if found is not None else None


def _read_out(script: Script, version: ScriptVersion, contact: Contact | None, actor: Actor) -> ScriptView:
    """The script as whoever answers would say it to this person."""
    values = placeholder_values(contact, actor.name) if contact is not None else {"caller_name": actor.name}
    return ScriptView(
        id=script.id,
        name=script.name,
        version=version.version,
        language=version.language,
        script=scripts.filled(script_from_row(version), values),
        created_at=version.created_at,
    )


def _before(
    actor: Actor, unit: UnitOfWork, row: Conversation, contact_id: uuid.UUID, campaign: Campaign | None
) -> Before:
    """What was texted with this number stands in the conversation itself, so it isn't told again."""
    theirs = actor.campaign_ids
    elsewhere = or_(Message.number.is_(None), Message.number != row.number)
    return Before(
        calls=last_calls(unit, contact_id, *([Result.campaign_id.in_(theirs)] if theirs is not None else [])),
        pledges=_pledges(
            unit,
            contact_id,
            campaign,
            *([Pledge.campaign_id.in_(theirs)] if theirs is not None else []),
        ),
        written=last_written(unit, contact_id, elsewhere, *texts_within(actor), heard_at=row.last_inbound_at),
    )


def _pledges(
    unit: UnitOfWork, contact_id: uuid.UUID, campaign: Campaign | None, *only: ColumnElement[bool]
) -> list[PastPledge]:
    """Of the campaign's election; without a campaign, of the current one."""
    current = select(Election.id).where(Election.organisation_id == unit.organisation_id, Election.current)
    election = campaign.election_id if campaign is not None else current.scalar_subquery()
    query = (
        select(Pledge.at, Pledge.support, Pledge.voting_method, Pledge.source)
        .where(
            Pledge.organisation_id == unit.organisation_id,
            Pledge.election_id == election,
            Pledge.contact_id == contact_id,
            Pledge.undone_at.is_(None),
            or_(Pledge.support.is_not(None), Pledge.voting_method.is_not(None)),
            *only,
        )
        .order_by(Pledge.at.desc(), Pledge.id.desc())
        .limit(PLEDGES)
    )
    return [PastPledge(*found) for found in unit.session.execute(query)]
