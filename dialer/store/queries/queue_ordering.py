"""In which line numbers never tried wait: their signs looked up and weighed, many in a statement."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, select, text, update

from dialer.domain.call_policy import LATELY, SIGNS, CallPolicy
from dialer.domain.queue_order import FRESH_LINES, Rank
from dialer.store.models.calling import Campaign
from dialer.store.models.queue import QueueEntry
from dialer.store.session import UnitOfWork

_SIGNS_OF: Final = """
    SELECT bool_or(v.support <= 2 AND v.voted_at IS NULL) AS pledged,
           bool_or(v.support = 3) AS undecided,
           bool_and(v.support IS NULL) AS support_unknown,
           bool_or(v.support >= 4) AS against,
           bool_and(spoken.at IS NULL) AS never_reached,
           bool_and(spoken.at IS NULL OR spoken.at < :lately) AS not_lately
    FROM contact_phone p
    LEFT JOIN voter_record v
      ON v.organisation_id = p.organisation_id AND v.contact_id = p.contact_id
     AND v.election_id = :election_id
    LEFT JOIN LATERAL (
        SELECT max(g.last_attempt_at) AS at FROM contact_progress g
        WHERE g.organisation_id = p.organisation_id AND g.contact_id = p.contact_id
          AND g.disposition = 'contacted'
    ) AS spoken ON true
    WHERE p.organisation_id = :organisation_id AND p.number = e.number AND p.removed_at IS NULL
      AND EXISTS (
          SELECT 1 FROM campaign_list l
          JOIN list_member m ON m.organisation_id = l.organisation_id AND m.list_id = l.list_id
          WHERE l.organisation_id = p.organisation_id AND l.campaign_id = :campaign_id
            AND m.contact_id = p.contact_id
      )
"""
_SUM: Final = " + ".join(
    f"CASE WHEN signs.{sign} THEN CAST(:p_{sign} AS integer) ELSE 0 END" for sign in SIGNS
)
_SHARED: Final = f"""
    , weighed AS (
        SELECT e.id, :best - ({_SUM}) AS short
        FROM fresh_ones e CROSS JOIN LATERAL ({_SIGNS_OF}) AS signs
    ), ordered AS (
        SELECT id, :fresh + CASE WHEN :span <= :most THEN short ELSE short * :most / :span END AS line
        FROM weighed
    ), moved AS (
        UPDATE queue_entry q SET priority = o.line FROM ordered o
        WHERE q.organisation_id = :organisation_id AND q.id = o.id AND q.state = 'waiting'
          AND q.priority BETWEEN :fresh AND :last AND q.priority <> o.line
        RETURNING 1
    )
"""  # noqa: S608 - words of ours

ORDER_CHUNK: Final = text(
    f"""
    WITH chunk AS (
        SELECT id, number, state, priority FROM queue_entry
        WHERE organisation_id = :organisation_id AND campaign_id = :campaign_id AND number > :after
        ORDER BY number LIMIT :most_at_once
    ), fresh_ones AS (
        SELECT id, number FROM chunk WHERE state = 'waiting' AND priority BETWEEN :fresh AND :last
    ) {_SHARED}
    SELECT (SELECT max(number) FROM chunk) AS up_to, (SELECT count(*) FROM chunk) AS looked_at,
           (SELECT count(*) FROM moved) AS moved
    """  # noqa: S608 - words of ours
)
"""The next numbers of a campaign, by the index that keeps them unique."""

ORDER_OF_PEOPLE: Final = text(
    f"""
    WITH fresh_ones AS (
        SELECT q.id, q.number FROM queue_entry q
        WHERE q.organisation_id = :organisation_id AND q.campaign_id = :campaign_id
          AND q.state = 'waiting' AND q.priority BETWEEN :fresh AND :last
          AND q.number IN (
              SELECT p.number FROM contact_phone p
              WHERE p.organisation_id = :organisation_id AND p.contact_id = ANY (:contact_ids)
          )
    ) {_SHARED}
    SELECT count(*) FROM moved
    """  # noqa: S608 - words of ours
)


@dataclass(frozen=True, slots=True)
class Weighing:
    """By what numbers of one campaign are weighed, and when."""

    campaign_id: uuid.UUID
    election_id: uuid.UUID
    policy: CallPolicy
    now: dt.datetime


def order_chunk(unit: UnitOfWork, by: Weighing, after: str, most: int) -> Row[Any]:
    """Put the next `most` numbers after one in their lines: `up_to` which, how many were `looked_at`."""
    return unit.session.execute(ORDER_CHUNK, {**_given(unit, by), "after": after, "most_at_once": most}).one()


def order_of_people(unit: UnitOfWork, by: Weighing, contact_ids: Sequence[uuid.UUID]) -> None:
    """The same for the numbers of some people."""
    unit.session.execute(ORDER_OF_PEOPLE, {**_given(unit, by), "contact_ids": list(contact_ids)})


def _given(unit: UnitOfWork, by: Weighing) -> Mapping[str, object]:
    return {
        "organisation_id": unit.organisation_id,
        "campaign_id": by.campaign_id,
        "election_id": by.election_id,
        "lately": by.now - LATELY,
        "best": by.policy.best,
        "span": by.policy.span,
        "fresh": int(Rank.FRESH),
        "most": FRESH_LINES - 1,
        "last": Rank.FRESH + FRESH_LINES - 1,
        **{f"p_{sign}": by.policy.points.get(sign, 0) for sign in SIGNS},
    }


def with_points(unit: UnitOfWork, campaign_ids: Sequence[uuid.UUID] | None) -> Sequence[Campaign]:
    """The running campaigns (of these) whose numbers are weighed."""
    query = select(Campaign).where(
        Campaign.organisation_id == unit.organisation_id,
        Campaign.state.in_(("active", "paused")),
        Campaign.call_policy.has_key("points"),
    )
    if campaign_ids is not None:
        query = query.where(Campaign.id.in_(campaign_ids))
    return unit.session.scalars(query.order_by(Campaign.id)).all()


def begin_order(unit: UnitOfWork, campaign_ids: Sequence[uuid.UUID]) -> None:
    """Have these queues put in order from the first number on."""
    unit.session.execute(
        update(Campaign)
        .where(Campaign.organisation_id == unit.organisation_id, Campaign.id.in_(campaign_ids))
        .values(order_after="")
    )


def being_ordered(unit: UnitOfWork) -> Sequence[Campaign]:
    """The campaigns whose queues are being put in order, locked; those somebody is just at are left out."""
    query = (
        select(Campaign)
        .where(Campaign.organisation_id == unit.organisation_id, Campaign.order_after.is_not(None))
        .order_by(Campaign.id)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return unit.session.scalars(query).all()


def move_retries(unit: UnitOfWork, campaign_id: uuid.UUID, before: Rank, to: Rank) -> None:
    """Have the retries that wait in one line wait in another."""
    unit.session.execute(
        update(QueueEntry)
        .where(
            QueueEntry.organisation_id == unit.organisation_id,
            QueueEntry.campaign_id == campaign_id,
            QueueEntry.state == "waiting",
            QueueEntry.priority == before,
        )
        .values(priority=int(to)),
        execution_options={"synchronize_session": False},
    )
