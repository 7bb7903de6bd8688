"""Where texts come from: each address that is used has a row, with its rate and whether it rests."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from dialer.domain.carrier_policy import MessagingPolicy
from dialer.domain.email_address import channel_of
from dialer.domain.sender import Rest, fitted, kind_of, rate_of
from dialer.domain.sender_health import TRIAL_SHARE
from dialer.domain.texting import EMAIL
from dialer.services.messaging.outgoing import any_sender
from dialer.store.models import new_id
from dialer.store.models.calling import Campaign
from dialer.store.models.messaging import Blast, Sender
from dialer.store.session import UnitOfWork


def senders_of(unit: UnitOfWork, blast: Blast, campaign: Campaign) -> Sequence[str]:
    """Where a blast's texts come from: its own senders, its campaign's, or the organisation's first. One of
    letters has had the usual address put in when it was written, where it names none.
    """
    named = [one for one in (blast.senders or campaign.senders) if channel_of(one) == blast.channel]
    if named or blast.channel == EMAIL:
        return tuple(dict.fromkeys(named))
    first = any_sender(unit)
    return (first,) if first is not None else ()


def sender_rows(unit: UnitOfWork, addresses: Iterable[str]) -> dict[str, Sender]:
    """The rows of these addresses, made now where they have none; what can't be a sender is left out."""
    wanted = list(dict.fromkeys(addresses))
    found = known_senders(unit, wanted)
    missing = [address for address in wanted if address not in found and kind_of(address)]
    if not missing:
        return found
    unit.session.execute(
        insert(Sender)
        .values([_new(unit.organisation_id, address) for address in missing])
        .on_conflict_do_nothing()
    )
    return known_senders(unit, wanted)


def rate(sender: Sender, policy: MessagingPolicy) -> float:
    """How many segments a second may go out from a sender; of one on trial a part of them."""
    whole = rate_of(sender.kind, sender.rate_per_s, everyones(sender.kind, policy), sender.pool)
    return whole if sender.trial_since is None else whole * TRIAL_SHARE


def everyones(kind: str, policy: MessagingPolicy) -> float:
    """How many a second may go out from any sender of this kind; 0 leaves it to what is usual."""
    return policy.mail.rate if kind == EMAIL else policy.rate_per_sender


def known_senders(unit: UnitOfWork, addresses: Iterable[str]) -> dict[str, Sender]:
    """The rows of those of these addresses that have been used."""
    query = select(Sender).where(
        Sender.organisation_id == unit.organisation_id, Sender.address.in_(addresses)
    )
    return {row.address: row for row in unit.session.scalars(query)}


def kinds_of(unit: UnitOfWork, addresses: Collection[str]) -> dict[str, str | None]:
    """What kind of sender each of these is: as was said of it, else as it looks."""
    known = known_senders(unit, addresses)
    return {each: known[each].kind if each in known else kind_of(each) for each in addresses}


def keep_pool(unit: UnitOfWork, address: str, pool: Sequence[str]) -> None:
    """Keep which numbers a Messaging Service sends from, as the carrier tells: its rate is theirs."""
    of_it = (Sender.organisation_id == unit.organisation_id, Sender.address == address)
    others = Sender.pool.is_distinct_from(list(pool))
    unit.session.execute(update(Sender).where(*of_it, others).values(pool=list(pool)))


def rest_senders(unit: UnitOfWork, addresses: Collection[str], until: dt.datetime, why: Rest) -> None:
    """Let nothing go out from these before a moment."""
    if addresses:
        of_them = (Sender.organisation_id == unit.organisation_id, Sender.address.in_(addresses))
        unit.session.execute(update(Sender).where(*of_them).values(resting_until=until, resting_for=why))


def without_pictures(unit: UnitOfWork, addresses: Collection[str]) -> None:
    """Keep that the carrier sends no pictures from these: their texts lead to them from now on."""
    if addresses:
        of_them = (Sender.organisation_id == unit.organisation_id, Sender.address.in_(addresses))
        unit.session.execute(update(Sender).where(*of_them).values(pictures=False))


def _new(organisation_id: uuid.UUID, address: str) -> dict[str, object]:
    return {
        "organisation_id": organisation_id,
        "id": new_id(),
        "address": address,
        "kind": kind_of(address),
    }


def rates_of(unit: UnitOfWork, addresses: Iterable[str], policy: MessagingPolicy) -> dict[str, float]:
    """How many segments a second each of these may send where all send at once, whether it has been used
    before or not. One that is stopped carries nothing while another isn't.
    """
    addresses = tuple(addresses)
    known = known_senders(unit, addresses)
    rates = {}
    for address in addresses:
        if address in known:
            rates[address] = rate(known[address], policy)
        elif (kind := kind_of(address)) is not None:
            rates[address] = rate_of(kind, None, everyones(kind, policy))
    stopped = {address for address, row in known.items() if row.pause_reason is not None}
    going = {address: own for address, own in rates.items() if address not in stopped}
    found = going or rates
    if any(channel_of(address) == EMAIL for address in found):
        return found
    return fitted(found, policy.rate_per_account)
