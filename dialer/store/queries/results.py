"""What came of a call, written down: results, what was answered, what was told of support, and with the first
result the end of the assignment, all in one statement.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from sqlalchemy import update
from sqlalchemy.orm.attributes import set_committed_value

from dialer.domain.script import Learned
from dialer.store.models.base import new_id
from dialer.store.models.calling import Assignment, Campaign, Result
from dialer.store.queries.voter_records import Record
from dialer.store.quick import Quick
from dialer.store.session import UnitOfWork

_HELD: Final = tuple(field.name for field in fields(Record))

_WRITE: Final = Quick(
    f"""
    WITH written AS (
        INSERT INTO result (
            organisation_id, id, assignment_id, campaign_id, contact_id, account_id, number, disposition,
            implied, support, voting_method, callback_at, notes, body_hash, late, at)
        SELECT :organisation_id, one.id, :assignment_id, :campaign_id, one.contact_id, :account_id, :number,
               one.disposition, one.implied, one.support, one.voting_method, one.callback_at, one.notes,
               :body_hash, :late, :at
        FROM unnest(
            CAST(:ids AS uuid[]), CAST(:contacts AS uuid[]), CAST(:dispositions AS text[]),
            CAST(:implied AS boolean[]), CAST(:supports AS integer[]), CAST(:methods AS text[]),
            CAST(:callbacks AS timestamptz[]), CAST(:notes AS text[])
        ) AS one(id, contact_id, disposition, implied, support, voting_method, callback_at, notes)
    ),
    answered AS (
        INSERT INTO answer (organisation_id, result_id, node_id, answer_id, contact_id, script_version_id)
        SELECT :organisation_id, one.result_id, one.node_id, one.answer_id, one.contact_id, :script_version_id
        FROM unnest(
            CAST(:answered AS uuid[]), CAST(:nodes AS text[]), CAST(:answers AS text[]),
            CAST(:answerers AS uuid[])
        ) AS one(result_id, node_id, answer_id, contact_id)
    ),
    told AS (
        INSERT INTO pledge (
            organisation_id, id, election_id, contact_id, campaign_id, support, voting_method, needs_lift,
            id_ready, planned_at, party, source, at, account_id, result_id)
        SELECT :organisation_id, one.id, :election_id, one.contact_id, :campaign_id, one.support,
               one.voting_method, one.needs_lift, one.id_ready, one.planned_at, one.party, 'call', :at,
               :account_id, one.result_id
        FROM unnest(
            CAST(:pledges AS uuid[]), CAST(:tellers AS uuid[]), CAST(:told_supports AS integer[]),
            CAST(:told_methods AS text[]), CAST(:told_lifts AS boolean[]), CAST(:told_ids AS boolean[]),
            CAST(:told_times AS timestamptz[]), CAST(:told_parties AS text[]), CAST(:told_results AS uuid[])
        ) AS one(id, contact_id, support, voting_method, needs_lift, id_ready, planned_at, party, result_id)
    ),
    closed AS (
        UPDATE assignment SET state = 'completed', late = :late, closed_at = :at
        WHERE organisation_id = :organisation_id AND id = :assignment_id AND CAST(:closes AS boolean)
    ),
    freed AS (
        DELETE FROM hold
        WHERE organisation_id = :organisation_id AND assignment_id = :assignment_id
          AND CAST(:closes AS boolean)
    )
    SELECT
        EXISTS (
            SELECT FROM call
            WHERE organisation_id = :organisation_id AND assignment_id = :assignment_id
              AND contact_rung_at IS NOT NULL
        ) AS rung,
        EXISTS (
            SELECT FROM supervision
            WHERE organisation_id = :organisation_id AND shift_id = :shift_id AND ended_at IS NULL
        ) AS supervised,
        held.*
    FROM (VALUES (1)) AS always
    LEFT JOIN (
        SELECT {", ".join(_HELD)} FROM voter_record
        WHERE organisation_id = :organisation_id AND election_id = :election_id
          AND contact_id = ANY (CAST(:tellers AS uuid[]))
        ORDER BY contact_id FOR NO KEY UPDATE
    ) AS held ON true
    """  # noqa: S608 - put together from fixed names only
)


@dataclass(frozen=True, slots=True)
class NewResult:
    """A result to be written (`row`, which isn't in the session), with what was heard."""

    row: Result
    answers: Mapping[str, str]
    told: Learned
    planned_at: dt.datetime | None = None
    """The moment of the time that they told, where the day of the election is known."""

    @property
    def tells(self) -> bool:
        """Whether it says anything of their vote: nothing said is no evidence."""
        return replace(self.told, planned_time=None).of_the_vote or self.planned_at is not None


@dataclass(frozen=True, slots=True)
class Written:
    """What is known once results are written."""

    rung: bool
    """The contact was rung through the carrier."""
    supervised: bool
    """A coordinator is with the volunteer, or on their way to them. None comes while the shift is locked, as
    it was before this was asked.
    """
    tellers: Sequence[uuid.UUID]
    """Whoever told anything of their vote."""
    held: Sequence[Record]
    """The rows that these have in the pledge and turnout table, held from now on."""


def write(
    unit: UnitOfWork,
    campaign: Campaign,
    assignment: Assignment,
    results: Sequence[NewResult],
    *,
    closes: bool,
    late: bool,
    at: dt.datetime,
) -> Written:
    """Keep the results of an assignment (locked, and its place in the queue); where that `closes` it, let go
    of what it holds.
    """
    given = {
        "organisation_id": unit.organisation_id,
        "assignment_id": assignment.id,
        "campaign_id": campaign.id,
        "election_id": campaign.election_id,
        "account_id": assignment.account_id,
        "shift_id": assignment.shift_id,
        "script_version_id": assignment.script_version_id,
        "number": assignment.number,
        "body_hash": results[0].row.body_hash,
        "late": late,
        "at": at,
        "closes": closes,
    }
    telling = [one for one in results if one.tells]
    asked = given | _rows([one.row for one in results]) | _answers(results) | _told(telling)
    found = _WRITE.rows(unit.session, asked)
    if closes:
        for name, value in (("state", "completed"), ("late", late), ("closed_at", at)):
            set_committed_value(assignment, name, value)
    held = [Record(*row) for _, _, *row in found if row[0] is not None]
    rung, supervised = found[0][:2]
    return Written(rung, supervised, [one.row.contact_id for one in telling], held)


def keep_effects(unit: UnitOfWork, result: Result, effects: Mapping[str, Any]) -> None:
    """Keep with a result what it changed on the person."""
    result.effects = dict(effects)
    mine = (Result.organisation_id == unit.organisation_id) & (Result.id == result.id)
    unit.session.execute(
        update(Result).where(mine).values(effects=result.effects),
        execution_options={"synchronize_session": False},
    )


def _rows(rows: Sequence[Result]) -> dict[str, list[Any]]:
    return {
        "ids": [one.id for one in rows],
        "contacts": [one.contact_id for one in rows],
        "dispositions": [one.disposition for one in rows],
        "implied": [one.implied for one in rows],
        "supports": [one.support for one in rows],
        "methods": [one.voting_method for one in rows],
        "callbacks": [one.callback_at for one in rows],
        "notes": [one.notes for one in rows],
    }


def _answers(results: Sequence[NewResult]) -> dict[str, list[Any]]:
    every = [(one.row, node, answer) for one in results for node, answer in one.answers.items()]
    return {
        "answered": [row.id for row, _, _ in every],
        "nodes": [node for _, node, _ in every],
        "answers": [answer for _, _, answer in every],
        "answerers": [row.contact_id for row, _, _ in every],
    }


def _told(telling: Sequence[NewResult]) -> dict[str, list[Any]]:
    return {
        "pledges": [new_id() for _ in telling],
        "tellers": [one.row.contact_id for one in telling],
        "told_supports": [one.told.support for one in telling],
        "told_methods": [one.told.voting_method for one in telling],
        "told_lifts": [one.told.needs_lift for one in telling],
        "told_ids": [one.told.id_ready for one in telling],
        "told_times": [one.planned_at for one in telling],
        "told_parties": [one.told.party for one in telling],
        "told_results": [one.row.id for one in telling],
    }
