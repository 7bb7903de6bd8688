"""Letters that passed the gate, as the mail server is handed them: with their names, and their way out."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import select

from dialer.carrier.mail_port import Letter
from dialer.domain.bodies import Bodies
from dialer.services.context import Context
from dialer.services.messaging.clocks import CAMPAIGNING
from dialer.services.messaging.figures import BLAST
from dialer.services.messaging.needing_answers import REPLY
from dialer.services.messaging.opt_out_links import opt_out_urls
from dialer.store.models.accounts import Organisation
from dialer.store.models.calling import Campaign
from dialer.store.models.messaging import Blast, Message
from dialer.store.models.people import Contact
from dialer.store.queries.message_gate import Judged
from dialer.store.session import UnitOfWork

WRITTEN_BY_SOMEBODY: Final = frozenset({*CAMPAIGNING, "test"})
"""All others are answers of a machine's, to which no machine is to answer (RFC 3834)."""


def letters(
    ctx: Context, unit: UnitOfWork, passed: Sequence[Judged], begin_before: float | None = None
) -> list[Letter]:
    """What the mail server is handed for letters that passed; see `OutboundMessage` for `begin_before`.

    What anybody may stop says so in its headers; a sign-in link or a code is asked for, and has no such way.
    """
    if not passed:
        return []
    mail = ctx.messaging.mail
    stoppable = sorted({one.number for one in passed if one.purpose in CAMPAIGNING})
    urls = opt_out_urls(ctx, unit, stoppable)
    names = _sender_names(ctx, unit, passed)
    answered = _answered(unit, [one for one in passed if one.purpose == REPLY])
    languages = _languages(unit, [one for one in passed if one.purpose == BLAST])
    return [
        Letter(
            id=one.id,
            to=one.number,
            sender=one.sender,
            sender_name=names[one.campaign_id],
            subject=one.subject,
            body=one.body,
            language=languages.get(one.id, ""),
            message_id=mail.names.message_id(one.id),
            return_path=mail.names.return_path(one.id),
            opt_out_url=urls.get(one.number, "") if one.purpose in CAMPAIGNING else "",
            opt_out_address=mail.names.unsubscribe_address(one.id) if one.purpose in CAMPAIGNING else "",
            reply_to=mail.names.reply_address(one.id) if mail.named_answers and _is_ours(one) else "",
            in_reply_to=answered.get(one.number, "") if one.purpose == REPLY else "",
            automatic=one.purpose not in WRITTEN_BY_SOMEBODY,
            begin_before=begin_before,
            urgent=one.purpose != BLAST,
        )
        for one in passed
    ]


def _is_ours(one: Judged) -> bool:
    return one.purpose in CAMPAIGNING


def _sender_names(ctx: Context, unit: UnitOfWork, passed: Sequence[Judged]) -> Mapping[uuid.UUID | None, str]:
    """Who each campaign's letters (None: those of none) say they are from."""
    usual = ctx.messaging.mail.sender_name or unit.session.get_one(Organisation, unit.organisation_id).name
    wanted = {one.campaign_id for one in passed}
    found = select(Campaign.id, Campaign.sender_names).where(
        Campaign.organisation_id == unit.organisation_id, Campaign.id.in_(wanted - {None})
    )
    own = {row.id: row.sender_names[0] for row in unit.session.execute(found) if row.sender_names}
    return {campaign_id: own.get(campaign_id, usual) for campaign_id in wanted}


def _languages(unit: UnitOfWork, passed: Sequence[Judged]) -> Mapping[uuid.UUID, str]:
    """In which language each letter of a blast is; those in its usual words aren't among them."""
    of_us = Blast.organisation_id == unit.organisation_id
    query = select(Blast.id, Blast.body, Blast.bodies).where(
        of_us, Blast.id.in_({one.blast_id for one in passed if one.blast_id}), Blast.bodies != {}
    )
    said = {row.id: Bodies(row.body, row.bodies) for row in unit.session.execute(query)} if passed else {}
    readers = {one.contact_id for one in passed if one.blast_id in said and one.contact_id is not None}
    if not readers:
        return {}
    spoken = select(Contact.id, Contact.language).where(
        Contact.organisation_id == unit.organisation_id, Contact.id.in_(readers)
    )
    of_contact = {row.id: row.language for row in unit.session.execute(spoken)}
    found = {
        one.id: said[one.blast_id].language_of(of_contact.get(one.contact_id))
        for one in passed
        if one.blast_id in said and one.contact_id is not None
    }
    return {id_: language for id_, language in found.items() if language}


def _answered(unit: UnitOfWork, replies: Sequence[Judged]) -> Mapping[str, str]:
    """The last letter of each of those that are answered, by its name."""
    numbers = sorted({one.number for one in replies})
    if not numbers:
        return {}
    query = (
        select(Message.number, Message.carrier_sid)
        .distinct(Message.number)
        .where(
            Message.organisation_id == unit.organisation_id,
            Message.number.in_(numbers),
            Message.direction == "inbound",
            Message.carrier_sid.is_not(None),
        )
        .order_by(Message.number, Message.id.desc())
    )
    return {number: sid for number, sid in unit.session.execute(query) if number and sid}
