"""Why somebody can't be contacted: what the gates say, and who or what said so.

The gates themselves are asked (`contact_gate`, `message_gate`), with the facts they are asked with before
a call or a text, so that what is told here is what will happen. What depends on a campaign, its hours, its
audience or its consent, is left out.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from dialer.domain import contact_gate, message_gate
from dialer.domain.access import Permission, require
from dialer.domain.errors import ValidationFailed
from dialer.domain.importing.issues import DETAILS, Reason
from dialer.domain.importing.values import read_email
from dialer.domain.message_gate import OPT_OUT_REASON
from dialer.domain.phone import LineType, PhoneFault, read_phone
from dialer.services.context import Context
from dialer.services.messaging.number_bars import kind_of
from dialer.services.people.contacts import contact_of
from dialer.services.people.opt_outs import holders
from dialer.store.models.people import Contact, ContactPhone
from dialer.store.queries.calls import barred as barred_from_calls
from dialer.store.queries.noes import No, in_review_since, noes
from dialer.store.queries.number_bars import bars
from dialer.store.session import UnitOfWork

_OF_NOES: Final = frozenset({"opted_out", "suppressed"})


@dataclass(frozen=True, slots=True)
class WhyNot:
    """One reason in the gate's word, and who or what said so, where it is a no.

    `listed` is the reason of a suppression, such as `tps`; `source` where the no came from. `own`: the person
    said it, not somebody else with their number. `by` and `filename` name who typed it in, or its list.
    """

    reason: str
    listed: str | None = None
    source: str | None = None
    register: str | None = None
    note: str | None = None
    at: dt.datetime | None = None
    by: str | None = None
    filename: str | None = None
    import_id: uuid.UUID | None = None
    result_id: uuid.UUID | None = None
    contact_id: uuid.UUID | None = None
    suppression_id: uuid.UUID | None = None
    own: bool = False


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether somebody can be contacted on one channel at one number or address; if not, every reason."""

    channel: str
    number: str | None
    email: str | None
    reasons: Sequence[WhyNot]

    @property
    def allowed(self) -> bool:
        """Nothing stands against it."""
        return not self.reasons


@dataclass(frozen=True, slots=True)
class Place:
    """A number or address, how it can be reached, and whoever has it."""

    number: str | None
    email: str | None
    reach: Sequence[Reach]
    contact_ids: Sequence[uuid.UUID]


@dataclass(frozen=True, slots=True)
class _Somebody:
    """Whom it is about: a person, or whoever has a number."""

    contact_id: uuid.UUID | None
    status: str
    noes: Sequence[No]

    def says_no_to(self, channel: str) -> bool:
        return any(no.channel == channel for no in self.own())

    def own(self) -> list[No]:
        return [no for no in self.noes if no.number is None and no.email is None]

    def noes_to(self, channel: str, number: str | None, email: str | None = None) -> list[No]:
        """Noes to a place, and the person's own; the same no once, as the place's."""
        here = (number, email)
        places = [no for no in self.noes if (no.number, no.email) == here and here != (None, None)]
        found: dict[tuple[object, ...], No] = {}
        for no in [*places, *self.own()]:
            if no.channel == channel:
                found.setdefault(_same(no), no)
        return list(found.values())


def _same(no: No) -> tuple[object, ...]:
    """What is the same no, written down with the person and with what they are reached on."""
    by_person = no.reason == "opt_out" and no.contact_id is not None
    return (no.contact_id, no.at) if by_person else (no.suppression_id,)


def reach_of_contact(ctx: Context, contact_id: uuid.UUID) -> list[Reach]:
    """How a person can be reached: each number by call and text, their address by email, door and post."""
    require(ctx.actor, Permission.CONTACT_READ)
    with ctx.unit() as unit:
        row = contact_of(unit, contact_id)
        phones = _phones(unit, contact_id)
        numbers = [phone.number for phone in phones]
        emails = [row.email_key] if row.email_key else []
        said = noes(unit, numbers=numbers, emails=emails, contacts=[contact_id])
        somebody = _Somebody(contact_id, row.status, said)
        return [
            *_calls(ctx, unit, somebody, numbers),
            *_texts(ctx, unit, somebody, numbers, {one.number: one for one in phones}),
            _email(somebody, row),
            *_at_home(somebody),
        ]


def reach_of_place(ctx: Context, *, number: str | None = None, email: str | None = None) -> Place:
    """Whether a number (in any usual writing) or an address can be contacted, whoever has it."""
    require(ctx.actor, Permission.SUPPRESSION_READ)
    e164, address = _place(ctx, number, email)
    numbers, emails = [e164] if e164 else [], [address] if address else []
    with ctx.unit() as unit:
        somebody = _Somebody(None, "active", noes(unit, numbers=numbers, emails=emails))
        if address:
            refused = somebody.noes_to("email", None, address)
            reach = [Reach("email", None, address, _told(["suppressed"] if refused else [], refused))]
        else:
            reach = [
                *_calls(ctx, unit, somebody, numbers),
                *_texts(ctx, unit, somebody, numbers, {}),
            ]
        return Place(e164, address, reach, _who_has(unit, numbers, emails))


def _place(ctx: Context, number: str | None, email: str | None) -> tuple[str | None, str | None]:
    if (number is None) == (email is None):
        raise ValidationFailed.at("/number", "Give either a number or an email.")
    if email is not None:
        address = read_email(email)
        if address is None:
            raise ValidationFailed.at("/email", DETAILS[Reason.INVALID_EMAIL])
        return None, address.lower()
    found = read_phone(number or "", ctx.phones)
    if isinstance(found, PhoneFault):
        raise ValidationFailed.at("/number", DETAILS[Reason(found)])
    return found.number, None


def _phones(unit: UnitOfWork, contact_id: uuid.UUID) -> Sequence[ContactPhone]:
    statement = select(ContactPhone).where(
        ContactPhone.organisation_id == unit.organisation_id,
        ContactPhone.contact_id == contact_id,
        ContactPhone.removed_at.is_(None),
    )
    return unit.session.scalars(statement.order_by(ContactPhone.position, ContactPhone.number)).all()


def _who_has(unit: UnitOfWork, numbers: Sequence[str], emails: Sequence[str]) -> Sequence[uuid.UUID]:
    if numbers:
        return sorted(holders(unit, numbers))
    statement = select(Contact.id).where(
        Contact.organisation_id == unit.organisation_id, Contact.email_key.in_(emails)
    )
    return unit.session.scalars(statement.order_by(Contact.id)).all()


# --- what the gates say -----------------------------------------------------------------------------


def _calls(ctx: Context, unit: UnitOfWork, somebody: _Somebody, numbers: Sequence[str]) -> list[Reach]:
    if not numbers:
        return [Reach("voice", None, None, [WhyNot("no_phone")])]
    found = []
    for number in numbers:
        suppressed, dead = barred_from_calls(unit, number)
        facts = contact_gate.NumberFacts(number, suppressed, dead, ctx.phones.allows(number))
        said_no = somebody.says_no_to("voice")
        reasons = contact_gate.in_any_campaign(facts, status=somebody.status, opted_out=said_no)
        told = _told(map(str, reasons), somebody.noes_to("voice", number), somebody.contact_id)
        found.append(Reach("voice", number, None, told))
    return found


def _texts(
    ctx: Context,
    unit: UnitOfWork,
    somebody: _Somebody,
    numbers: Sequence[str],
    phones: Mapping[str, ContactPhone],
) -> list[Reach]:
    if not numbers:
        return [Reach("sms", None, None, [WhyNot("no_phone")])]
    review = in_review_since(unit, numbers)
    person = message_gate.PersonFacts(
        str(somebody.contact_id), status=somebody.status, opted_out=somebody.says_no_to("sms")
    )
    found = []
    for row in bars(unit, numbers):
        phone = phones.get(row.number)
        kind = LineType(phone.line_type) if phone else kind_of(ctx, row.number)
        facts = message_gate.NumberFacts(
            number=row.number,
            type=LineType.LANDLINE if row.landline else kind,
            opted_out=row.opted_out,
            suppressed=row.suppressed,
            dead=phone is not None and phone.dead_at is not None,
            allowed=ctx.phones.allows(row.number),
            in_review=row.number in review,
        )
        reasons = message_gate.in_any_campaign(person, facts)
        told = _told(map(str, reasons), somebody.noes_to("sms", row.number), somebody.contact_id)
        found.append(Reach("sms", row.number, None, told))
    return found


def _email(somebody: _Somebody, row: Contact) -> Reach:
    if row.email_key is None:
        return Reach("email", None, None, [WhyNot("no_email")])
    refused = somebody.noes_to("email", None, row.email_key)
    reasons = [*_status(somebody), *(["suppressed"] if refused else [])]
    return Reach("email", None, row.email_key, _told(reasons, refused, somebody.contact_id))


def _at_home(somebody: _Somebody) -> list[Reach]:
    found = []
    for channel in ("door", "post"):
        refused = somebody.noes_to(channel, None)
        reasons = [*_status(somebody), *(["opted_out"] if refused else [])]
        found.append(Reach(channel, None, None, _told(reasons, refused, somebody.contact_id)))
    return found


def _status(somebody: _Somebody) -> list[str]:
    return [] if somebody.status == "active" else [somebody.status]


def _told(reasons: Iterable[str], refused: Sequence[No], contact_id: uuid.UUID | None = None) -> list[WhyNot]:
    """Each reason of the gate; in place of those that are noes, the noes themselves."""
    plain = list(reasons)
    others = [WhyNot(reason) for reason in plain if reason not in _OF_NOES]
    if len(others) == len(plain):
        return others
    return [*(_why(no, contact_id) for no in refused), *others]


def _why(no: No, contact_id: uuid.UUID | None) -> WhyNot:
    return WhyNot(
        reason="opted_out" if no.reason == OPT_OUT_REASON else "suppressed",
        listed=no.reason,
        source=no.source,
        register=no.register,
        note=no.note,
        at=no.at,
        by=no.by,
        filename=no.filename,
        import_id=no.import_id,
        result_id=no.result_id,
        contact_id=no.contact_id,
        suppression_id=no.suppression_id,
        own=no.contact_id is not None and no.contact_id == contact_id,
    )
