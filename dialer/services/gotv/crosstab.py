"""Crosstabs of a campaign: its people split two ways, as far as the reader may see it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import and_, select

from dialer.domain.access import Permission, require
from dialer.domain.crosstab import (
    LEAST_SHOWN,
    NAMING,
    Crosstab,
    Dimension,
    Group,
    Side,
    guarded,
    tabulate,
)
from dialer.domain.errors import FieldError, ValidationFailed
from dialer.domain.script import Node
from dialer.services.calling.reach import reach_campaign
from dialer.services.calling.script_rows import script_from_row
from dialer.services.context import Context
from dialer.store.models.calling import Campaign, Script, ScriptVersion
from dialer.store.queries import crosstab as queries
from dialer.store.queries.crosstab import Wanted
from dialer.store.session import UnitOfWork

__all__ = ["CrosstabView", "Question", "Wanted", "crosstab", "questions_of"]


@dataclass(frozen=True, slots=True)
class Question:
    """A question that is asked in a campaign or was, and its answers by their ids. `side` splits people by
    it; `earlier` is the name of its script where that isn't the campaign's any more.
    """

    side: Side
    text: str
    answers: Mapping[str, str]
    earlier: str | None = None


@dataclass(frozen=True, slots=True)
class CrosstabView:
    """A crosstab as it is shown. The names are those of groups whose keys are ids. `minimum` is the smallest
    count that is told, and what all are rounded to; None where each is told as it is.
    """

    wanted: Wanted
    table: Crosstab
    row_names: Mapping[str, str]
    column_names: Mapping[str, str]
    minimum: int | None
    at: dt.datetime


def crosstab(
    ctx: Context, campaign_id: uuid.UUID, wanted: Wanted, *, taken_as: str | None = None
) -> CrosstabView:
    """Count the people of a campaign's lists by two things: some seconds for a million. Each counts once in
    each group that they stand in; of calls their last result in the campaign counts, of support and turnout
    what is known in its election. `taken_as`: it leaves as a file of that format, which is audited.

    Who may see no single person gets rounded figures without small ones. Raises ValidationFailed for a
    question that isn't asked in the campaign and never was, Unavailable where it takes too long.
    """
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.STATS_READ)
        if {wanted.rows.dimension, wanted.columns.dimension} & NAMING:
            require(ctx.actor, Permission.VOLUNTEER_READ, campaign_id=campaign_id)
        wanted = replace(wanted, rows=_named(wanted.rows, campaign), columns=_named(wanted.columns, campaign))
        questions = _check_questions(unit, campaign, wanted)
        if taken_as is not None:
            about = {"rows": str(wanted.rows), "columns": str(wanted.columns), "format": taken_as}
            ctx.audit(unit, "crosstab.exported", "campaign", campaign_id, about)
        counts = queries.count_people(unit, campaign, wanted)
        table, minimum = tabulate(counts, wanted.rows, wanted.columns), None
        if not ctx.actor.may(Permission.PLEDGE_READ):
            table, minimum = guarded(table), LEAST_SHOWN
        return CrosstabView(
            wanted=wanted,
            table=table,
            row_names=_names(ctx, unit, questions, wanted.rows, table.rows),
            column_names=_names(ctx, unit, questions, wanted.columns, table.columns),
            minimum=minimum,
            at=ctx.now,
        )


def questions_of(ctx: Context, campaign_id: uuid.UUID) -> list[Question]:
    """The questions of a campaign's script as it is now, in its order, and those that it had before; then
    those of other scripts by which people of it have answered.
    """
    with ctx.unit() as unit:
        return _questions(unit, reach_campaign(ctx, unit, campaign_id, Permission.STATS_READ))


def _named(side: Side, campaign: Campaign) -> Side:
    """The side under the one name that it has, where the campaign's present script is named."""
    return replace(side, script=None) if side.script == campaign.script_id else side


def _check_questions(unit: UnitOfWork, campaign: Campaign, wanted: Wanted) -> Mapping[Side, Question]:
    """The campaign's questions, where one is asked for."""
    asked = {"/rows": wanted.rows, "/columns": wanted.columns}
    if not any(side.node for side in asked.values()):
        return {}
    questions = {question.side: question for question in _questions(unit, campaign)}
    faults = [
        FieldError(pointer, "The campaign’s script has no such question.")
        for pointer, side in asked.items()
        if side.node is not None and side not in questions
    ]
    if faults:
        raise ValidationFailed(errors=faults)
    return questions


def _questions(unit: UnitOfWork, campaign: Campaign) -> list[Question]:
    """An answer that the script has no more is called as it was last: people have given it. Steps of two
    scripts are two questions, even under one id: every script that was begun from the example has an `ask`.
    """
    ids = {*queries.scripts_answered(unit, campaign.id), campaign.script_id} - {None}
    versions = unit.session.execute(
        select(ScriptVersion, Script.name)
        .join(
            Script,
            and_(
                Script.organisation_id == ScriptVersion.organisation_id, Script.id == ScriptVersion.script_id
            ),
        )
        .where(ScriptVersion.organisation_id == unit.organisation_id, Script.id.in_(ids))
        .order_by(Script.id != campaign.script_id, Script.id.desc(), ScriptVersion.version.desc())
    )
    found: dict[Side, Question] = {}
    for version, name in versions:
        is_present = version.script_id == campaign.script_id
        for node in script_from_row(version).nodes:
            side = Side(Dimension.ANSWER, node.id, None if is_present else version.script_id)
            if node.answers:
                found[side] = _joined(found.get(side), side, node, None if is_present else name)
    return list(found.values())


def _joined(later: Question | None, side: Side, node: Node, earlier: str | None) -> Question:
    labels = {answer.id: answer.label for answer in node.answers}
    if later is None:
        return Question(side, node.text, labels, earlier)
    return replace(later, answers={**labels, **later.answers})


def _names(
    ctx: Context,
    unit: UnitOfWork,
    questions: Mapping[Side, Question],
    side: Side,
    groups: Sequence[Group],
) -> Mapping[str, str]:
    """What its groups are called, as far as the actor sees them elsewhere: a list or team of others is
    counted, and not named.
    """
    if side.dimension is Dimension.ANSWER and side.node is not None:
        return questions[side].answers
    if side.dimension is Dimension.LIST and not ctx.actor.may(Permission.LIST_READ):
        return {}
    named = queries.names_of(unit, side, [group.key for group in groups if group.key])
    if side.dimension is Dimension.TEAM:
        return {key: name for key, name in named.items() if ctx.actor.sees_team(uuid.UUID(key))}
    return named
