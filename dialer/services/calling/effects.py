"""What a result changes on a person beside the queue, and how exactly that is taken back."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Sequence
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import ColumnElement, func, or_, select, update

from dialer.domain.disposition import CONSEQUENCES, Effect, consequence
from dialer.services.gotv.found_status import restore_status
from dialer.services.gotv.record import record_turnout, withdraw_evidence
from dialer.services.people.deceased import (
    lift_suppression_of_deceased,
    number_is_shared,
    suppress_number,
)
from dialer.services.people.opt_outs import cover_number, lift_opt_outs_of_results, record_opt_out
from dialer.services.people.weighing import Origin
from dialer.store.models.calling import Campaign, Result
from dialer.store.models.people import Contact, ContactPhone
from dialer.store.queries.queue_languages import learn_of_people
from dialer.store.queries.results import keep_effects
from dialer.store.session import UnitOfWork

STANDING: Final = (Result.superseded_at.is_(None), Result.voided_at.is_(None))
OPTING_OUT: Final = tuple(
    disposition for disposition, one in CONSEQUENCES.items() if Effect.OPTS_OUT_OF_VOICE in one.effects
)
NUMBER_EFFECTS: Final = frozenset({Effect.TAKES_NUMBER_OFF, Effect.MARKS_NUMBER_DEAD})


def apply_effects(
    unit: UnitOfWork,
    campaign: Campaign,
    result: Result,
    tags: Sequence[str],
    *,
    no_texts: bool,
    language: str | None = None,
) -> None:
    """Write what the outcome of a result (written) brings: turnout, opt-out, status, number, and the `tags`
    that were learned.

    With `no_texts` they are out of sms as well, whatever the outcome; `language` is what they
    speak, as it was heard.
    """
    if not (tags or no_texts or language or consequence(result.disposition).effects):
        return
    undo = _change_contact(unit, campaign, result, tags, no_texts=no_texts, language=language)
    keep_effects(unit, result, undo)
    unit.session.flush()
    if "language" in undo:
        learn_of_people(unit, [result.contact_id])


def _change_contact(
    unit: UnitOfWork,
    campaign: Campaign,
    result: Result,
    tags: Sequence[str],
    *,
    no_texts: bool,
    language: str | None,
) -> dict[str, Any]:
    """What an outcome changes on a person; what must be remembered to take it back."""
    contact = _locked(unit, result)
    undo: dict[str, Any] = {}
    if added := [tag for tag in tags if tag not in contact.tags]:
        contact.tags = [*contact.tags, *added]
        undo["tags"] = added
    if no_texts:
        undo["no_texts"] = True
        _record_no(unit, result, "sms")
    for effect in sorted(consequence(result.disposition).effects):
        undo |= EFFECTS[effect](unit, campaign, result, contact) or {}
    if language and language != contact.language:
        undo["language"] = {"before": contact.language, "heard": language}
        contact.language = language
    return undo


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
        restore_status(unit, result, contact)
        _restore_numbers(unit, result, now)
        _restore_language(result, contact)
    unit.session.flush()
    if heard := [result.contact_id for result in results if "language" in result.effects]:
        learn_of_people(unit, heard)


def take_back_opt_outs(
    unit: UnitOfWork, result_ids: Collection[uuid.UUID], *, at: dt.datetime, reason: str
) -> frozenset[uuid.UUID]:
    """Take back what these results opted out, except where another result says the same; whose they were."""
    lifted = lift_opt_outs_of_results(unit, result_ids, at=at, reason=reason)
    others = select(Result).where(
        Result.organisation_id == unit.organisation_id,
        Result.contact_id.in_(lifted),
        Result.id.not_in(result_ids),
        or_(Result.disposition.in_(OPTING_OUT), Result.effects.has_key("no_texts")),
        *STANDING,
    )
    for result in unit.session.scalars(others.order_by(Result.id)):
        for channel in _noes_of(result):
            _record_no(unit, result, channel)
    return lifted


def _noes_of(result: Result) -> list[str]:
    voice = ["voice"] if result.disposition in OPTING_OUT else []
    return [*voice, *(["sms"] if "no_texts" in result.effects else [])]


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
    _record_no(unit, result, "voice")


def _record_no(unit: UnitOfWork, result: Result, channel: str) -> None:
    """The number that was rung is out too, though it may have come off the person meanwhile."""
    origin = Origin("call", result.at, account_id=result.account_id, result_id=result.id)
    record_opt_out(unit, result.contact_id, channel, origin)
    cover_number(unit, result.contact_id, channel, result.number)


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


def _restore_language(result: Result, contact: Contact) -> None:
    """What was changed since by somebody else stays."""
    heard = result.effects.get("language")
    if heard is not None and contact.language == heard["heard"]:
        contact.language = heard["before"]


def _said_elsewhere(unit: UnitOfWork, result: Result, *which: ColumnElement[bool]) -> dt.datetime | None:
    """When another result that stands first found out the same about this number."""
    return unit.session.scalar(
        select(func.min(Result.at)).where(
            Result.organisation_id == unit.organisation_id,
            Result.number == result.number,
            Result.disposition == result.disposition,
            Result.id != result.id,
            *STANDING,
            *which,
        )
    )


def _restore_numbers(unit: UnitOfWork, result: Result, now: dt.datetime) -> None:
    """The moment names whose doing it was: a number removed or found dead at another one stays so.

    Where another result says the same, it is its doing from now on.
    """
    of_number = (
        ContactPhone.organisation_id == unit.organisation_id,
        ContactPhone.number == result.number,
    )
    effects = consequence(result.disposition).effects
    of_contact = Result.contact_id == result.contact_id
    if Effect.SETS_DECEASED in effects and _said_elsewhere(unit, result, of_contact) is None:
        lift_suppression_of_deceased(unit, result.number, made_at=result.at, now=now)
    if Effect.TAKES_NUMBER_OFF in effects:
        mine = (ContactPhone.contact_id == result.contact_id, ContactPhone.removed_at == result.at)
        removed_at = _said_elsewhere(unit, result, of_contact)
        unit.session.execute(update(ContactPhone).where(*of_number, *mine).values(removed_at=removed_at))
    if Effect.MARKS_NUMBER_DEAD in effects:
        then = ContactPhone.dead_at == result.at
        dead_at = _said_elsewhere(unit, result)
        unit.session.execute(update(ContactPhone).where(*of_number, then).values(dead_at=dead_at))


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
