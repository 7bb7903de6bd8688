"""The result of a call: taken once, never lost, with all that follows in one transaction (contract §6)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from dialer.domain.access import Permission
from dialer.domain.disposition import DISPOSITIONS, OF_A_MACHINE, RECORDABLE, consequence
from dialer.domain.election import PollingDay
from dialer.domain.errors import AssignmentClosed, ValidationFailed
from dialer.domain.result import HouseholdReport, Report, faults
from dialer.domain.script import Learned, Script
from dialer.services.calling import recordings
from dialer.services.calling.assignment_views import assignment_view
from dialer.services.calling.effects import apply_effects, changes_numbers
from dialer.services.calling.facts import Person
from dialer.services.calling.freeing import free_shift
from dialer.services.calling.queue_plan import replan, sync_queues_of_number
from dialer.services.calling.reach import take_assignment
from dialer.services.calling.script_rows import script_from_row
from dialer.services.calling.shift_states import says_something
from dialer.services.calling.views import AssignmentView
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.services.gotv.elections import election_of, polling_day
from dialer.services.gotv.record import meaning, recompute_records
from dialer.services.gotv.tally import tally_result
from dialer.store.models import new_id
from dialer.store.models.calling import Assignment, Campaign, Result, ScriptVersion, Shift
from dialer.store.queries import results as shelf
from dialer.store.queries.calls import was_dialled
from dialer.store.queries.queue_places import lock_numbers
from dialer.store.queries.results import NewResult, Written
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class Recording:
    """An assignment whose result is being written, in one unit of work."""

    ctx: Context
    unit: UnitOfWork
    campaign: Campaign
    assignment: Assignment
    at: dt.datetime
    """When the result counts from: a correction keeps the time of the first."""


@again_after_deadlock
def record_result(ctx: Context, assignment_id: uuid.UUID, report: HouseholdReport) -> AssignmentView:
    """Take a volunteer's result, late ones too, with answers, pledge, suppression, turnout and queue.

    The same one again changes nothing; another one on a completed assignment: `AssignmentClosed`.
    What can't be taken: `ValidationFailed` with each place.
    """
    with ctx.unit(by_keys=True) as unit:
        assignment, shift, campaign = take_assignment(ctx, unit, assignment_id, Permission.RESULT_RECORD)
        if assignment.state == "dialling":
            raise AssignmentClosed("Nobody has them in hand yet.", state=assignment.state)
        if assignment.state == "completed":
            _same_again(unit, assignment, report)
            there: Mapping[uuid.UUID, Person] = {}
        else:
            recording = Recording(ctx, unit, campaign, assignment, ctx.now)
            there = complete(recording, shift, report, said_by_them=True)
            _audit(recording, report)
        return assignment_view(unit, assignment, campaign, there=there)


def _same_again(unit: UnitOfWork, assignment: Assignment, report: HouseholdReport) -> None:
    known = unit.session.scalars(
        select(Result.body_hash).where(
            Result.organisation_id == unit.organisation_id, Result.assignment_id == assignment.id
        )
    )
    if report.fingerprint() not in known.all():
        raise AssignmentClosed(
            "Another result of this call is recorded already, and stands. Correct it instead.",
            state=assignment.state,
        )


def complete(
    recording: Recording, shift: Shift | None, report: HouseholdReport, *, said_by_them: bool = False
) -> Mapping[uuid.UUID, Person]:
    """Close an assignment (locked with its shift) with what came of it: a volunteer's word, or, while it was
    still in nobody's hands, the dialler's. Whoever says it is there (`said_by_them`). Returns the people whom
    it concerns, as they stand now.
    """
    unit, assignment = recording.unit, recording.assignment
    late = assignment.state not in ("open", "dialling")
    lock_queue(recording)
    results, written = write_results(recording, report, late=late, closes=True)
    if changes_numbers(results):
        sync_queues_of_number(unit, assignment.number, recording.ctx.now)
    there = replan_assignment(recording)
    if said_by_them:
        says_something(recording.ctx, unit, shift)
    if shift is not None:
        _count_on(recording, shift, results, late=late, supervised=written.supervised)
    tally(recording, results, rung=written.rung)
    return there


def _audit(recording: Recording, report: HouseholdReport) -> None:
    changes: dict[str, object] = {"disposition": report.contact.disposition}
    if any(one.no_texts for one in (report.contact, *report.people.values())):
        changes["no_texts"] = True
    recording.ctx.audit(recording.unit, "result.recorded", "assignment", recording.assignment.id, changes)


def _count_on(
    recording: Recording, shift: Shift, results: Sequence[Result], *, late: bool, supervised: bool
) -> None:
    """Count a call on its shift, which is ready for the next unless it has gone on already."""
    shift.calls += 1
    shift.talks += talks(results)
    if not late:
        free_shift(recording.ctx, recording.unit, shift, supervised=supervised)


def talks(results: Sequence[Result]) -> int:
    """1 for a call on which somebody in the household was spoken to, whoever the call was for; else 0."""
    return int(any(result.disposition == "contacted" for result in results))


def write_results(
    recording: Recording, report: HouseholdReport, *, late: bool, closes: bool
) -> tuple[list[Result], Written]:
    """Keep a report (checked first) as one result for each person, with the end of the assignment where that
    `closes` it, and carry out what follows from each; and what is known since.
    """
    unit, campaign = recording.unit, recording.campaign
    script = _script_of(recording)
    household = [str(one) for one in recording.assignment.household_ids]
    if found := faults(report, household, script, recording.ctx.now, may_record(recording)):
        raise ValidationFailed(errors=found)
    reports = {recording.assignment.contact_id: report.contact}
    reports |= {uuid.UUID(contact_id): one for contact_id, one in report.people.items()}
    results = [
        _new_result(recording, contact_id, one, report.fingerprint(), late=late)
        for contact_id, one in reports.items()
    ]
    told = _by_party(recording, {who: one.learned(script) for who, one in reports.items()})
    day = _polling_day(recording, told.values())
    new = [
        NewResult(one, reports[one.contact_id].answers, learned, _planned_at(day, learned))
        for one in results
        for learned in (told[one.contact_id],)
    ]
    implied = _implied(recording, report, reports, late=late)
    new += [NewResult(one, {}, Learned()) for one in implied]
    written = shelf.write(
        unit, campaign, recording.assignment, new, closes=closes, late=late, at=recording.at
    )
    recompute_records(unit, campaign.election_id, written.tellers, held=written.held)
    if report.contact.disposition in OF_A_MACHINE:
        recordings.was_machine(recording.ctx, unit, recording.assignment.id)
    for result in results:
        one = reports[result.contact_id]
        tags = told[result.contact_id].tags
        apply_effects(unit, campaign, result, tags, no_texts=one.no_texts, language=one.language)
    return [*results, *implied], written


def _by_party(recording: Recording, told: Mapping[uuid.UUID, Learned]) -> Mapping[uuid.UUID, Learned]:
    """With what a party that they named means in the campaign's election. Support that was said outright
    stands before that, and isn't the party's then.
    """
    election_id = recording.campaign.election_id
    return {contact_id: _meant(recording.unit, election_id, one) for contact_id, one in told.items()}


def _meant(unit: UnitOfWork, election_id: uuid.UUID, told: Learned) -> Learned:
    if told.party is None:
        return told
    if told.support is not None:
        return replace(told, party=None)
    return replace(told, support=meaning(unit, election_id, told.party))


def _polling_day(recording: Recording, told: Iterable[Learned]) -> PollingDay | None:
    """Of the campaign's election, where anybody told when they mean to vote."""
    if all(one.planned_time is None for one in told):
        return None
    return polling_day(election_of(recording.unit, recording.campaign.election_id))


def _planned_at(day: PollingDay | None, told: Learned) -> dt.datetime | None:
    return day.at(told.planned_time) if day and told.planned_time else None


def _implied(
    recording: Recording, report: HouseholdReport, reports: Mapping[uuid.UUID, Report], *, late: bool
) -> list[Result]:
    """Nobody there was reached: an attempt for everyone else on the number whom it still matters for."""
    if not consequence(report.contact.disposition).for_everyone:
        return []
    others = [one for one in recording.assignment.household_ids if one not in reports]
    silent = Report(report.contact.disposition)
    return [
        _new_result(recording, contact_id, silent, report.fingerprint(), late=late, implied=True)
        for contact_id in others
    ]


def _new_result(
    recording: Recording,
    contact_id: uuid.UUID,
    report: Report,
    fingerprint: bytes,
    *,
    late: bool,
    implied: bool = False,
) -> Result:
    is_callback = report.disposition == "callback"
    return Result(
        organisation_id=recording.unit.organisation_id,
        id=new_id(),
        assignment_id=recording.assignment.id,
        campaign_id=recording.campaign.id,
        contact_id=contact_id,
        account_id=recording.assignment.account_id,
        number=recording.assignment.number,
        disposition=report.disposition,
        implied=implied,
        support=report.support,
        voting_method=report.voting_method,
        callback_at=report.callback_at if is_callback else None,
        notes=report.notes,
        effects={},
        body_hash=fingerprint,
        late=late,
        at=recording.at,
    )


def may_record(recording: Recording) -> Sequence[str]:
    """The outcomes that can be recorded: the dialler knows some that nobody who speaks with people does."""
    return RECORDABLE if recording.assignment.account_id else DISPOSITIONS


def _script_of(recording: Recording) -> Script | None:
    version_id = recording.assignment.script_version_id
    if version_id is None:
        return None
    key = (recording.unit.organisation_id, version_id)
    return script_from_row(recording.unit.session.get_one(ScriptVersion, key))


def lock_queue(recording: Recording) -> None:
    """Lock what the results of an assignment move in the queue, before anything else is touched."""
    assignment = recording.assignment
    contact_ids = [assignment.contact_id, *assignment.household_ids]
    lock_numbers(recording.unit, recording.campaign.id, assignment.number, contact_ids)


def replan_assignment(recording: Recording) -> Mapping[uuid.UUID, Person]:
    """Bring the queue in line with what is now recorded of the people of an assignment; who they are."""
    assignment = recording.assignment
    return replan(
        recording.unit,
        recording.campaign,
        assignment.number,
        [assignment.contact_id, *assignment.household_ids],
        recording.ctx.now,
    )


def tally(
    recording: Recording, results: Sequence[Result], times: int = 1, *, rung: bool | None = None
) -> None:
    """Count results, or with `times=-1` uncount them; what is only implied doesn't count.

    A contact `rung` through the carrier was an attempt as it rang: their result is none besides. None: that
    is looked up.
    """
    dialled = was_dialled(recording.unit, recording.assignment.id) if rung is None else rung
    for result in results:
        if not result.implied:
            tally_result(
                recording.unit,
                campaign_id=recording.campaign.id,
                disposition=result.disposition,
                attempted=not dialled and result.contact_id == recording.assignment.contact_id,
                at=result.at,
                times=times,
            )
