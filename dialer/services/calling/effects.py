"""What a result changes on a person beside the queue, and how exactly that is taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import select, update

from dialer.domain.disposition import Effect, consequence
from dialer.domain.script import Learned
from dialer.services.gotv.record import record_support, record_turnout, withdraw_evidence
from dialer.services.people.deceased import (
    lift_suppression_of_deceased,
    number_is_shared,
    suppress_number,
)
from dialer.services.people.opt_outs import Origin, record_opt_out
from dialer.store.models.calling import Campaign, Result
from dialer.store.models.people import Contact, ContactPhone
from dialer.store.session import UnitOfWork

NUMBER_EFFECTS: Final = frozenset({Effect.TAKES_NUMBER_OFF, Effect.MARKS_NUMBER_DEAD})


def apply_effects(unit: UnitOfWork, campaign: Campaign, result: Result, told: Learned) -> None:
    """Write what was learned, and what the outcome brings: pledge, turnout, opt-out, status, number, tags."""
    record_support(
        unit,
        contact_id=result.contact_id,
        election_id=campaign.election_id,
        support=told.support,
        voting_method=told.voting_method,
        source="call",
        at=result.at,
        campaign_id=campaign.id,
        account_id=result.account_id,
        result_id=result.id,
    )
    contact = _locked(unit, result)
    undo: dict[str, Any] = {}
    if added := [tag for tag in told.tags if tag not in contact.tags]:
        contact.tags = [*contact.tags, *added]
        undo["tags"] = added
    for effect in sorted(consequence(result.disposition).effects):
        undo |= EFFECTS[effect](unit, campaign, result, contact) or {}
    result.effects = undo
    unit.session.flush()


def changes_numbers(results: Sequence[Result]) -> bool:
    """Whether something was found out about the number itself, which other campaigns must follow."""
    return any(consequence(result.disposition).effects & NUMBER_EFFECTS for result in results)


def take_back_effects(unit: UnitOfWork, results: Sequence[Result], now: dt.datetime) -> None:
    """Put back what these results changed, except opt-outs: a no stays until a coordinator lifts it."""
    withdraw_evidence(unit, at=now, result_ids=[result.id for result in results])
    for result in results:
        contact = _locked(unit, result)
        gone = result.effects.get("tags", [])
        contact.tags = [tag for tag in contact.tags if tag not in gone]
        contact.status = result.effects.get("status", contact.status)
        _restore_numbers(unit, result, now)
    unit.session.flush()


def _locked(unit: UnitOfWork, result: Result) -> Contact:
    key = (unit.organisation_id, result.contact_id)
    return unit.session.get_one(Contact, key, with_for_update={"key_share": True}, populate_existing=True)


def _mark_turnout(unit: UnitOfWork, campaign: Campaign, result: Result, _contact: Contact) -> None:
    record_turnout(
        unit,
        contact_id=result.contact_id,
        election_id=campaign.election_id,
        source="phone",
        at=result.at,
        account_id=result.account_id,
        result_id=result.id,
    )


def _opt_out(unit: UnitOfWork, _campaign: Campaign, result: Result, _contact: Contact) -> None:
    origin = Origin("call", result.at, account_id=result.account_id, result_id=result.id)
    record_opt_out(unit, result.contact_id, "voice", origin)


def _set_status(status: str) -> EffectOf:
    def change(_unit: UnitOfWork, _campaign: Campaign, _result: Result, contact: Contact) -> dict[str, Any]:
        before, contact.status = contact.status, status
        return {"status": before}

    return change


def _set_deceased(
    unit: UnitOfWork, campaign: Campaign, result: Result, contact: Contact
) -> dict[str, Any] | None:
    """Nobody rings about the dead again: their number goes with them, unless somebody else has it."""
    if not number_is_shared(unit, result.number, result.contact_id):
        suppress_number(unit, result.number, Origin("call", result.at, result.account_id, result.id))
    return _set_status("deceased")(unit, campaign, result, contact)


def _take_number_off(unit: UnitOfWork, _campaign: Campaign, result: Result, _contact: Contact) -> None:
    unit.session.execute(
        update(ContactPhone)
        .where(
            ContactPhone.organisation_id == unit.organisation_id,
            ContactPhone.contact_id == result.contact_id,
            ContactPhone.number == result.number,
            ContactPhone.removed_at.is_(None),
        )
        .values(removed_at=result.at)
    )


def _mark_number_dead(unit: UnitOfWork, _campaign: Campaign, result: Result, _contact: Contact) -> None:
    everyone = (
        select(ContactPhone)
        .where(
            ContactPhone.organisation_id == unit.organisation_id,
            ContactPhone.number == result.number,
            ContactPhone.dead_at.is_(None),
        )
        .order_by(ContactPhone.contact_id)
        .with_for_update()
    )
    for phone in unit.session.scalars(everyone):
        phone.dead_at = result.at


def _restore_numbers(unit: UnitOfWork, result: Result, now: dt.datetime) -> None:
    """The moment names whose doing it was: a number removed or found dead at another one stays so."""
    of_number = (
        ContactPhone.organisation_id == unit.organisation_id,
        ContactPhone.number == result.number,
    )
    effects = consequence(result.disposition).effects
    if Effect.SETS_DECEASED in effects:
        lift_suppression_of_deceased(unit, result.number, made_at=result.at, now=now)
    if Effect.TAKES_NUMBER_OFF in effects:
        mine = (ContactPhone.contact_id == result.contact_id, ContactPhone.removed_at == result.at)
        unit.session.execute(update(ContactPhone).where(*of_number, *mine).values(removed_at=None))
    if Effect.MARKS_NUMBER_DEAD in effects:
        then = ContactPhone.dead_at == result.at
        unit.session.execute(update(ContactPhone).where(*of_number, then).values(dead_at=None))


EffectOf = Callable[[UnitOfWork, Campaign, Result, Contact], dict[str, Any] | None]
"""Carries an effect out; gives what must be remembered to take it back."""

EFFECTS: MappingProxyType[Effect, EffectOf] = MappingProxyType(
    {
        Effect.MARKS_TURNOUT: _mark_turnout,
        Effect.OPTS_OUT_OF_VOICE: _opt_out,
        Effect.SETS_MOVED: _set_status("moved"),
        Effect.SETS_DECEASED: _set_deceased,
        Effect.TAKES_NUMBER_OFF: _take_number_off,
        Effect.MARKS_NUMBER_DEAD: _mark_number_dead,
    }
)
