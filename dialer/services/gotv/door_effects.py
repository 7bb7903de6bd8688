"""What a result at the door changes: table, person and noes; and how exactly that is taken back."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, Final

from dialer.domain.doorstep import EFFECTS, DoorEffect
from dialer.domain.script import Learned
from dialer.services.gotv.elections import election_of, polling_day
from dialer.services.gotv.found_status import restore_status
from dialer.services.gotv.record import record_support, record_turnout, withdraw_evidence
from dialer.services.people.opt_outs import record_opt_out
from dialer.services.people.weighing import Origin
from dialer.store.models.doorstep import DoorResult
from dialer.store.models.people import Contact
from dialer.store.queries.queue_languages import learn_of_people
from dialer.store.session import UnitOfWork

SOURCE: Final = "door"
_STATUS: Final = {DoorEffect.SETS_MOVED: "moved", DoorEffect.SETS_DECEASED: "deceased"}


def carry_out(unit: UnitOfWork, election_id: uuid.UUID, result: DoorResult, told: Learned) -> None:
    """Write what a result (kept) brings into the table and onto the person; in the result, what must be
    remembered to take it back.
    """
    contact = _locked(unit, result)
    undo: dict[str, Any] = _evidence(unit, election_id, result, told)
    if added := [tag for tag in told.tags if tag not in contact.tags]:
        contact.tags = [*contact.tags, *added]
        undo["tags"] = added
    effect = EFFECTS.get(result.outcome)
    if effect in _STATUS:
        undo["status"], contact.status = contact.status, _STATUS[effect]
    if effect is DoorEffect.OPTS_OUT_OF_DOOR:
        origin = Origin(SOURCE, result.at, account_id=result.account_id, note=result.note)
        record_opt_out(unit, contact.id, "door", origin)
    if result.language and result.language != contact.language:
        undo["language"], contact.language = contact.language, result.language
    result.effects = undo
    unit.session.flush()
    if "language" in undo:
        learn_of_people(unit, [contact.id])


def take_back(unit: UnitOfWork, result: DoorResult, now: dt.datetime) -> None:
    """Put back what a result changed, except a no. What somebody else found, or changed, since stays."""
    effects = result.effects
    evidence = [uuid.UUID(effects[kind]) for kind in ("pledge", "mark") if kind in effects]
    if evidence:
        withdraw_evidence(unit, at=now, evidence_ids=evidence)
    contact = _locked(unit, result)
    gone = effects.get("tags", [])
    contact.tags = [tag for tag in contact.tags if tag not in gone]
    restore_status(unit, result, contact)
    if "language" in effects and contact.language == result.language:
        contact.language = effects["language"]
        unit.session.flush()
        learn_of_people(unit, [contact.id])
    unit.session.flush()


def _evidence(unit: UnitOfWork, election_id: uuid.UUID, result: DoorResult, told: Learned) -> dict[str, Any]:
    pledge = record_support(
        unit,
        contact_id=result.contact_id,
        election_id=election_id,
        support=result.support,
        voting_method=result.voting_method,
        planned_at=_planned_at(unit, election_id, told),
        needs_lift=result.needs_lift,
        id_ready=result.id_ready,
        party=told.party,
        source=SOURCE,
        at=result.at,
        campaign_id=result.campaign_id,
        account_id=result.account_id,
    )
    kept = {"pledge": str(pledge)} if pledge else {}
    if EFFECTS.get(result.outcome) is DoorEffect.MARKS_TURNOUT:
        mark = record_turnout(
            unit,
            contact_id=result.contact_id,
            election_id=election_id,
            source=SOURCE,
            at=result.at,
            account_id=result.account_id,
        )
        kept["mark"] = str(mark)
    return kept


def _planned_at(unit: UnitOfWork, election_id: uuid.UUID, told: Learned) -> dt.datetime | None:
    if told.planned_time is None:
        return None
    return polling_day(election_of(unit, election_id)).at(told.planned_time)


def _locked(unit: UnitOfWork, result: DoorResult) -> Contact:
    key = (unit.organisation_id, result.contact_id)
    return unit.session.get_one(Contact, key, with_for_update={"key_share": True}, populate_existing=True)
