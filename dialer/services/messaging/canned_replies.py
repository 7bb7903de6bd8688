"""Words kept ready for what many ask: of a campaign or of all, with placeholders, in each language."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypedDict

from sqlalchemy import ColumnElement, or_, select

from dialer.domain import placeholders
from dialer.domain.access import Permission, require
from dialer.domain.errors import FieldError, NotFound, UnknownPlaceholder, ValidationFailed
from dialer.domain.languages import SPOKEN
from dialer.services.calling.reach import reach_campaign
from dialer.services.context import Context
from dialer.services.messaging.candidates import candidate_of
from dialer.services.messaging.conversation_reach import reach_conversation
from dialer.services.messaging.rendering import values_of
from dialer.services.messaging.words import LONGEST_BODY
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.store.models import new_id
from dialer.store.models.calling import Campaign
from dialer.store.models.conversations import CannedReply, Conversation
from dialer.store.models.people import Contact
from dialer.store.session import UnitOfWork

NAME_LONGEST: Final = 80
OFFERED: Final = 100
"""How many are offered to whoever answers."""


class CannedReplyFields(TypedDict, total=False):
    """What may be said of one. `bodies` are by language; who reads none of those gets the `body`."""

    name: str
    body: str
    bodies: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CannedReplyView:
    """One, as its campaign keeps it; of every campaign where that is None."""

    id: uuid.UUID
    campaign_id: uuid.UUID | None
    name: str
    body: str
    bodies: Mapping[str, str]
    updated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Offered:
    """One as somebody may answer with it: in the person’s language, what is known of them filled in."""

    id: uuid.UUID
    name: str
    body: str = field(repr=False)


def list_canned_replies(ctx: Context, campaign_id: uuid.UUID | None, page: Page) -> Slice[CannedReplyView]:
    """Those of a campaign, or those of all, in the order in which they were made."""
    with ctx.unit() as unit:
        _reach(ctx, unit, campaign_id, Permission.CANNED_REPLY_READ)
        query = select(CannedReply).where(_of_us(unit), _is_of(campaign_id))
        if (after := after_id(page)) is not None:
            query = query.where(CannedReply.id > after)
        ordered = query.order_by(CannedReply.id).limit(page.limit + 1)
        found = cut(unit.session.scalars(ordered).all(), page, lambda row: (str(row.id),))
        return found.map(_view)


def add_canned_reply(
    ctx: Context, campaign_id: uuid.UUID | None, fields: CannedReplyFields
) -> CannedReplyView:
    """Keep words ready for a campaign or, for coordinators, for all."""
    _check(fields)
    if missing := [name for name in ("name", "body") if not fields.get(name)]:
        raise ValidationFailed(errors=[FieldError(f"/{name}", "This is needed.") for name in missing])
    with ctx.unit() as unit:
        _reach(ctx, unit, campaign_id, Permission.CANNED_REPLY_MANAGE)
        row = CannedReply(
            organisation_id=unit.organisation_id,
            id=new_id(),
            campaign_id=campaign_id,
            name=fields["name"].strip(),
            body=fields["body"],
            bodies=_said(fields.get("bodies", {})),
            created_by=ctx.actor.account_id,
            created_at=ctx.now,
            updated_at=ctx.now,
        )
        unit.session.add(row)
        ctx.audit(unit, "canned_reply.added", "canned_reply", row.id)
        return _view(row)


def copy_canned_replies(ctx: Context, unit: UnitOfWork, source_id: uuid.UUID, campaign_id: uuid.UUID) -> None:
    """Keep what one campaign has ready for another too; changed later, each is its own."""
    query = select(CannedReply).where(_of_us(unit), _is_of(source_id)).order_by(CannedReply.id)
    unit.session.add_all(
        CannedReply(
            organisation_id=unit.organisation_id,
            id=new_id(),
            campaign_id=campaign_id,
            name=row.name,
            body=row.body,
            bodies=dict(row.bodies),
            created_by=ctx.actor.account_id,
            created_at=ctx.now,
            updated_at=ctx.now,
        )
        for row in unit.session.scalars(query).all()
    )


def change_canned_reply(ctx: Context, reply_id: uuid.UUID, fields: CannedReplyFields) -> CannedReplyView:
    """Change the words; what was sent with them stays as it was."""
    _check(fields)
    with ctx.unit() as unit:
        row = _row(ctx, unit, reply_id)
        row.name = fields.get("name", row.name).strip()
        row.body = fields.get("body", row.body)
        row.bodies = _said(fields.get("bodies", row.bodies))
        row.updated_at = ctx.now
        ctx.audit(unit, "canned_reply.changed", "canned_reply", row.id, {"fields": sorted(fields)})
        return _view(row)


def get_canned_reply(ctx: Context, reply_id: uuid.UUID) -> CannedReplyView:
    """One of them."""
    with ctx.unit() as unit:
        return _view(_row(ctx, unit, reply_id, Permission.CANNED_REPLY_READ))


def delete_canned_reply(ctx: Context, reply_id: uuid.UUID) -> None:
    """Don’t offer these words any more."""
    with ctx.unit() as unit:
        row = _row(ctx, unit, reply_id)
        unit.session.delete(row)
        ctx.audit(unit, "canned_reply.deleted", "canned_reply", row.id)


def offered_for(ctx: Context, conversation_id: uuid.UUID) -> list[Offered]:
    """What somebody may answer with in a conversation: its campaign’s words and everybody’s, by name, to be
    looked at and sent. A placeholder that nothing is known for is left as it is, to be seen, and so are
    addresses: those are made as the text is written down, like those of any other.
    """
    with ctx.unit() as unit:
        row = reach_conversation(ctx, unit, conversation_id, Permission.CONVERSATION_ANSWER)
        of = or_(CannedReply.campaign_id.is_(None), CannedReply.campaign_id == row.campaign_id)
        query = select(CannedReply).where(_of_us(unit), of).order_by(CannedReply.name, CannedReply.id)
        rows = unit.session.scalars(query.limit(OFFERED)).all()
        if not rows:
            return []
        language, values = _known(ctx, unit, row)
        return [
            Offered(one.id, one.name, placeholders.fill_first(_in(one, language), values)) for one in rows
        ]


def _known(ctx: Context, unit: UnitOfWork, row: Conversation) -> tuple[str, Mapping[str, str | None]]:
    """The language of whoever writes, and what placeholders stand for."""
    campaign = (
        unit.session.get(Campaign, (unit.organisation_id, row.campaign_id)) if row.campaign_id else None
    )
    found = candidate_of(ctx, unit, row.contact_id, campaign, row.number) if row.contact_id else None
    contact = unit.session.get(Contact, (unit.organisation_id, row.contact_id)) if row.contact_id else None
    values = values_of(found.person if found else None, {})
    written = (contact.language or "") if contact else ""
    return written.strip().lower().replace("_", "-").split("-")[0], {
        **values,
        "caller_name": ctx.actor.name.split(" ")[0],
    }


def _in(row: CannedReply, language: str) -> str:
    return str(row.bodies.get(language) or row.body)


def _check(fields: CannedReplyFields) -> None:
    errors = []
    if "name" in fields and not 0 < len(fields["name"].strip()) <= NAME_LONGEST:
        errors.append(FieldError("/name", f"Give it a name of at most {NAME_LONGEST} characters."))
    texts = {"/body": fields["body"]} if "body" in fields else {}
    for language, body in fields.get("bodies", {}).items():
        if language not in SPOKEN:
            errors.append(FieldError(f"/bodies/{language}", "This language isn’t known here."))
        texts[f"/bodies/{language}"] = body
    errors += [fault for at, body in texts.items() for fault in _faults(at, body)]
    if errors:
        raise ValidationFailed(errors=errors)
    unknown = [FieldError(at, fault) for at, body in texts.items() for fault in placeholders.faults(body)]
    if unknown:
        raise UnknownPlaceholder(unknown[0].detail, errors=unknown)


def _faults(at: str, body: str) -> list[FieldError]:
    if at == "/body" and not body.strip():
        return [FieldError(at, "Write what it says.")]
    if len(body) > LONGEST_BODY:
        return [FieldError(at, f"A text has at most {LONGEST_BODY:,} characters.")]
    return []


def _said(bodies: Mapping[str, str]) -> dict[str, str]:
    return {language: body for language, body in bodies.items() if body.strip()}


def _reach(ctx: Context, unit: UnitOfWork, campaign_id: uuid.UUID | None, permission: Permission) -> None:
    """Those of all campaigns are read by everybody who answers, and changed by whom no campaign is closed."""
    if campaign_id is not None:
        try:
            reach_campaign(ctx, unit, campaign_id, permission)
        except NotFound:
            raise ValidationFailed.at("/campaign_id", "There is no campaign with this id.") from None
        return
    require(ctx.actor, permission)
    if permission is Permission.CANNED_REPLY_MANAGE and ctx.actor.campaign_ids is not None:
        raise ValidationFailed.at("/campaign_id", "Say which of your campaigns it is for.")


def _row(
    ctx: Context,
    unit: UnitOfWork,
    reply_id: uuid.UUID,
    permission: Permission = Permission.CANNED_REPLY_MANAGE,
) -> CannedReply:
    require(ctx.actor, permission)
    row = unit.session.get(CannedReply, (unit.organisation_id, reply_id))
    if row is None:
        raise NotFound
    if row.campaign_id is not None:
        require(ctx.actor, permission, campaign_id=row.campaign_id)
    elif permission is Permission.CANNED_REPLY_MANAGE and ctx.actor.campaign_ids is not None:
        raise NotFound
    return row


def _of_us(unit: UnitOfWork) -> ColumnElement[bool]:
    return CannedReply.organisation_id == unit.organisation_id


def _is_of(campaign_id: uuid.UUID | None) -> ColumnElement[bool]:
    return (
        CannedReply.campaign_id.is_(None) if campaign_id is None else CannedReply.campaign_id == campaign_id
    )


def _view(row: CannedReply) -> CannedReplyView:
    return CannedReplyView(row.id, row.campaign_id, row.name, row.body, dict(row.bodies), row.updated_at)
