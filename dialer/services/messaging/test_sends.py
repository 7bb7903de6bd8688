"""A blast's text sent to a few phones, or a letter to a few addresses, of our own, to see how it reads."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

from dialer.domain.access import Permission
from dialer.domain.bodies import USUAL, Bodies
from dialer.domain.email_address import read_address
from dialer.domain.errors import Conflict, FieldError, ValidationFailed
from dialer.domain.importing.issues import DETAILS, Reason
from dialer.domain.phone import PhoneFault, read_phone
from dialer.domain.sender import choose
from dialer.domain.texting import EMAIL
from dialer.services.context import Context
from dialer.services.messaging.blasts import check_opt_out_routes, reach_blast
from dialer.services.messaging.messages import message_view
from dialer.services.messaging.number_bars import barred
from dialer.services.messaging.outgoing import queue_text
from dialer.services.messaging.picture_texts import Wordings
from dialer.services.messaging.pictures import check_there
from dialer.services.messaging.senders import known_senders, rates_of, senders_of
from dialer.services.messaging.text_links import links_of_each
from dialer.services.messaging.views import MessageView
from dialer.store.session import UnitOfWork

MOST: Final = 5
"""As many phones are tried at once."""


def send_test(
    ctx: Context, blast_id: uuid.UUID, to: Sequence[str], languages: Sequence[str] = ()
) -> list[MessageView]:
    """Send a blast's text to these numbers, or its letter to these addresses, in any usual writing, with the
    fallbacks of its placeholders: its usual words, or those of each of these `languages` (`USUAL` among them
    stands for the usual ones).

    It is sent at any hour and in any state of the blast, and isn't counted among its messages. Numbers that
    opted out get nothing, here as anywhere: theirs comes back as `skipped` at once, with the reason, and so
    does that of a number that can't be texted.
    """
    with ctx.unit() as unit:
        blast, campaign = reach_blast(ctx, unit, blast_id, Permission.BLAST_MANAGE)
        numbers = _places(ctx, to, blast.channel)
        rates = rates_of(unit, senders_of(unit, blast, campaign), ctx.messaging)
        if not rates:
            raise Conflict("There is nothing yet that this can come from. Give a campaign a sender.")
        check_there(unit, blast.picture_id)
        wordings = Wordings(unit, blast, campaign, rates)
        bodies = wordings.linked
        wanted = _languages(bodies, languages)
        check_opt_out_routes(bodies, list(rates))
        if blast.channel != EMAIL:
            _check_not_ours(unit, numbers, list(rates))
        left_out = barred(ctx, unit, numbers)
        numbered = {number: number for number in numbers}
        links = links_of_each(ctx, unit, campaign, bodies, numbers=numbered, blast_id=blast.id)
        sent = []
        for number in numbers:
            sender = choose(number, rates)
            for language in wanted:
                words = wordings.of(number, sender, None, language, links[number])
                message = queue_text(
                    unit,
                    ctx,
                    number=number,
                    body=words.body,
                    picture=words.picture,
                    subject=words.subject,
                    purpose="test",
                    campaign_id=campaign.id,
                    blast_id=blast.id,
                    sender=sender,
                    skip=left_out.get(number),
                )
                sent.append(message)
        ctx.audit(unit, "blast.tested", "blast", blast.id, {"messages": len(sent)})
        return [message_view(row) for row in sent]


def _languages(bodies: Bodies, wanted: Sequence[str]) -> Sequence[str]:
    """Languages in which the text has words of its own, each once."""
    faults = [
        FieldError(f"/languages/{index}", "The text has no words of its own in this language.")
        for index, language in enumerate(wanted)
        if language and language not in bodies.others
    ]
    if faults:
        raise ValidationFailed(errors=faults)
    return list(dict.fromkeys(wanted)) or [USUAL]


def _check_not_ours(unit: UnitOfWork, numbers: Sequence[str], from_: Sequence[str]) -> None:
    """Refuse numbers that texts come from: the carrier sends none to its own sender, and nobody holds it."""
    pools = (row.pool for row in known_senders(unit, from_).values())
    ours = {*from_, *known_senders(unit, numbers), *(each for pool in pools for each in pool)}
    faults = [
        FieldError(f"/to/{index}", f"Texts come from {number}: give a phone that somebody holds.")
        for index, number in enumerate(numbers)
        if number in ours
    ]
    if faults:
        raise ValidationFailed(errors=faults)


def _places(ctx: Context, to: Sequence[str], channel: str) -> list[str]:
    if not 1 <= len(to) <= MOST:
        what = "addresses" if channel == EMAIL else "numbers"
        raise ValidationFailed.at("/to", f"Give one to {MOST} {what}.")
    return _addresses(to) if channel == EMAIL else _numbers(ctx, to)


def _addresses(to: Sequence[str]) -> list[str]:
    found = [read_address(each) for each in to]
    faults = [
        FieldError(f"/to/{index}", DETAILS[Reason.INVALID_EMAIL])
        for index, address in enumerate(found)
        if address is None
    ]
    if faults:
        raise ValidationFailed(errors=faults)
    return list(dict.fromkeys(address for address in found if address is not None))


def _numbers(ctx: Context, to: Sequence[str]) -> list[str]:
    readings = [read_phone(each, ctx.phones) for each in to]
    faults = [
        FieldError(f"/to/{index}", DETAILS[Reason(found)])
        for index, found in enumerate(readings)
        if isinstance(found, PhoneFault)
    ]
    if faults:
        raise ValidationFailed(errors=faults)
    return list(dict.fromkeys(found.number for found in readings if not isinstance(found, PhoneFault)))
