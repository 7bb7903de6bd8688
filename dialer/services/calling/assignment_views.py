"""An assignment as its volunteer sees it: contact, household, script read out to this person."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, bindparam, func, select

from dialer.domain import script as scripts
from dialer.domain.said_as import said_as
from dialer.services.calling.facts import Person
from dialer.services.calling.script_rows import script_from_row
from dialer.services.calling.views import (
    AssignmentView,
    CalledContact,
    HouseholdMember,
    PastAttempt,
    ScriptView,
)
from dialer.store.models.accounts import Account
from dialer.store.models.calling import Assignment, Campaign, Result, Script, ScriptVersion
from dialer.store.models.gotv import VoterRecord
from dialer.store.models.people import Contact
from dialer.store.queries.callees import HISTORY_MAX, Callee, Shown
from dialer.store.session import UnitOfWork

_LATELY = (
    select(Result.at, Result.disposition, Result.notes)
    .where(
        Result.organisation_id == Contact.organisation_id,
        Result.contact_id == Contact.id,
        Result.superseded_at.is_(None),
        Result.voided_at.is_(None),
    )
    .order_by(Result.at.desc())
    .limit(HISTORY_MAX)
    .correlate(Contact)
    .subquery()
)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a volunteer sees of somebody, and what a script may say of them."""

    id: uuid.UUID
    first_name: str | None
    last_name: str | None
    postcode: str | None
    tags: Sequence[str]
    constituency: str | None
    polling_district: str | None
    polling_station: str | None
    custom: Mapping[str, Any]
    history: tuple[PastAttempt, ...]
    """Their last calls, the latest first."""


_CONTACTS = select(
    Contact.id,
    Contact.first_name,
    Contact.last_name,
    Contact.postcode,
    Contact.tags,
    Contact.constituency,
    Contact.polling_district,
    Contact.polling_station,
    Contact.custom,
    select(func.json_agg(func.json_build_array(*_LATELY.c))).scalar_subquery(),
).where(
    Contact.organisation_id == bindparam("organisation_id"), Contact.id.in_(bindparam("ids", expanding=True))
)
"""People with their last calls, the latest first, as (when, what came of it, notes)."""


def assignment_view(
    unit: UnitOfWork,
    assignment: Assignment,
    campaign: Campaign,
    speaking_to: uuid.UUID | None = None,
    *,
    there: Mapping[uuid.UUID, Person] | None = None,
) -> AssignmentView:
    """The assignment; the script is read out to `speaking_to`, when that is somebody of the household.

    `there` are people whose present state is known already, with what is shown of them.
    """
    contacts = _contacts(unit, [assignment.contact_id, *assignment.household_ids], there or {})
    there = there or {}
    records = _records(unit, assignment, campaign, there)
    listener = contacts.get(speaking_to or assignment.contact_id) or contacts[assignment.contact_id]
    return AssignmentView(
        id=assignment.id,
        session_id=assignment.shift_id,
        campaign_id=assignment.campaign_id,
        state=assignment.state,
        contact=_called(
            assignment, contacts[assignment.contact_id], voted=_has_voted(records, assignment, there)
        ),
        household=_household(assignment, records, contacts),
        script=_script(unit, assignment, listener),
        attempt=assignment.attempt,
        created_at=assignment.created_at,
        expires_at=assignment.expires_at,
        closed_at=assignment.closed_at,
        late=assignment.late,
        draft=assignment.draft,
    )


def _contacts(
    unit: UnitOfWork, ids: Sequence[uuid.UUID], there: Mapping[uuid.UUID, Person]
) -> Mapping[uuid.UUID, _Shown]:
    met = {one: (there[one].callee, there[one].callee.shown) for one in ids if one in there}
    found = {one: _known(callee, more) for one, (callee, more) in met.items() if more is not None}
    if unknown := [one for one in ids if one not in found]:
        asked = {"organisation_id": unit.organisation_id, "ids": unknown}
        for *known, lately in unit.session.execute(_CONTACTS, asked):
            person = _Shown(*[*known, _history(lately)])
            found[person.id] = person
    return found


def _known(callee: Callee, more: Shown) -> _Shown:
    return _Shown(
        callee.id,
        callee.first_name,
        callee.last_name,
        callee.postcode,
        callee.tags,
        more.constituency,
        more.polling_district,
        more.polling_station,
        more.custom,
        tuple(PastAttempt(*one) for one in more.history),
    )


def _history(lately: Sequence[Sequence[str]] | None) -> tuple[PastAttempt, ...]:
    return tuple(PastAttempt(dt.datetime.fromisoformat(at), *said) for at, *said in lately or ())


def _called(assignment: Assignment, contact: _Shown, *, voted: bool) -> CalledContact:
    return CalledContact(
        id=contact.id,
        first_name=contact.first_name,
        last_name=contact.last_name,
        phone=assignment.number,
        postcode=contact.postcode,
        tags=tuple(contact.tags),
        history=contact.history,
        say=said_as(contact.custom),
        voted=voted,
    )


def _records(
    unit: UnitOfWork, assignment: Assignment, campaign: Campaign, there: Mapping[uuid.UUID, Person]
) -> Mapping[uuid.UUID, VoterRecord]:
    """What is known of the votes of whom it is about, but for the contact where they are among `there`."""
    asked = [one for one in (assignment.contact_id,) if one not in there] + assignment.household_ids
    if not asked:
        return {}
    query = select(VoterRecord).where(
        VoterRecord.organisation_id == unit.organisation_id,
        VoterRecord.election_id == campaign.election_id,
        VoterRecord.contact_id.in_(asked),
    )
    return {record.contact_id: record for record in unit.session.scalars(query)}


def _has_voted(
    records: Mapping[uuid.UUID, VoterRecord], assignment: Assignment, there: Mapping[uuid.UUID, Person]
) -> bool:
    person, record = there.get(assignment.contact_id), records.get(assignment.contact_id)
    at = person.callee.voted_at if person else record.voted_at if record else None
    return at is not None


def _household(
    assignment: Assignment, records: Mapping[uuid.UUID, VoterRecord], contacts: Mapping[uuid.UUID, _Shown]
) -> tuple[HouseholdMember, ...]:
    members = [contacts[one] for one in assignment.household_ids if one in contacts]
    return tuple(_member(contact, records.get(contact.id)) for contact in members)


def _member(contact: _Shown, record: VoterRecord | None) -> HouseholdMember:
    return HouseholdMember(
        id=contact.id,
        first_name=contact.first_name,
        last_name=contact.last_name,
        support=record.support if record else None,
        voted=record is not None and record.voted_at is not None,
        say=said_as(contact.custom),
    )


def _script(unit: UnitOfWork, assignment: Assignment, listener: _Shown) -> ScriptView | None:
    if assignment.script_version_id is None:
        return None
    version, script = unit.session.execute(
        select(ScriptVersion, Script)
        .join(
            Script,
            and_(
                Script.organisation_id == ScriptVersion.organisation_id,
                Script.id == ScriptVersion.script_id,
            ),
        )
        .where(
            ScriptVersion.organisation_id == unit.organisation_id,
            ScriptVersion.id == assignment.script_version_id,
        )
    ).one()
    caller = _caller(unit, assignment)
    read_out = scripts.filled(script_from_row(version), placeholder_values(listener, caller))
    return ScriptView(
        id=script.id,
        name=script.name,
        version=version.version,
        language=version.language,
        script=read_out,
        created_at=version.created_at,
    )


def _caller(unit: UnitOfWork, assignment: Assignment) -> str | None:
    """Who has them in hand, by name."""
    if assignment.account_id is None:
        return None
    return unit.session.get_one(Account, (unit.organisation_id, assignment.account_id)).name


def placeholder_values(contact: _Shown | Contact, caller_name: str | None) -> dict[str, str | None]:
    """What the placeholders of a script stand for, when it is read out to this contact."""
    values: dict[str, str | None] = {
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "postcode": contact.postcode,
        "constituency": contact.constituency,
        "polling_district": contact.polling_district,
        "polling_station": contact.polling_station,
        "caller_name": caller_name,
    }
    return values | {f"custom.{name}": str(value) for name, value in contact.custom.items()}
