"""Who may be canvassed, and the walks that they are on."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, func, insert, select, text

from dialer.domain.doorstep import DONE_WITH
from dialer.store.models.calling import Campaign
from dialer.store.models.doorstep import CanvassLine, CanvassWalk, DoorResult
from dialer.store.session import UnitOfWork

_MAY_KNOCK: Final = """
    c.status = 'active' AND btrim(coalesce(c.address, '')) <> ''
    AND NOT EXISTS (
        SELECT 1 FROM opt_out o
        WHERE o.organisation_id = :organisation AND o.contact_id = c.id
          AND o.channel = 'door' AND o.lifted_at IS NULL
    )
    AND NOT EXISTS (
        SELECT 1 FROM voter_record v
        WHERE v.organisation_id = :organisation AND v.election_id = :election
          AND v.contact_id = c.id AND v.voted_at IS NOT NULL
    )
"""
_CANVASSED: Final = """
    EXISTS (
        SELECT 1 FROM door_result d
        WHERE d.organisation_id = :organisation AND d.campaign_id = :campaign AND d.contact_id = c.id
          AND d.undone_at IS NULL AND d.outcome = ANY (CAST(:done_with AS text[]))
    )
"""
_TO_CANVASS: Final = text(
    f"""
    SELECT c.id AS contact_id, c.address, c.postcode, c.polling_district
    FROM contact c
    WHERE c.organisation_id = :organisation AND {_MAY_KNOCK}
      AND (CAST(:district AS text) IS NULL OR c.polling_district = :district)
      AND c.id IN (
          SELECT m.contact_id FROM campaign_list l
          JOIN list_member m ON m.organisation_id = :organisation AND m.list_id = l.list_id
          WHERE l.organisation_id = :organisation AND l.campaign_id = :campaign
      )
      AND NOT (:support_unknown AND EXISTS (
          SELECT 1 FROM voter_record v
          WHERE v.organisation_id = :organisation AND v.election_id = :election
            AND v.contact_id = c.id AND v.support IS NOT NULL
      ))
      AND NOT (:not_canvassed AND {_CANVASSED})
      AND NOT EXISTS (
          SELECT 1 FROM canvass_line x
          JOIN canvass_walk w ON w.organisation_id = :organisation AND w.id = x.walk_id
          WHERE x.organisation_id = :organisation AND x.contact_id = c.id
            AND w.campaign_id = :campaign AND w.closed_at IS NULL
      )
    ORDER BY c.last_name, c.first_name, c.id LIMIT :limit
    """  # noqa: S608 - words of ours
)
_LINES: Final = text(
    f"""
    SELECT x.line, c.id AS contact_id, c.first_name, c.last_name, c.elector_number, c.address, c.postcode,
           c.polling_district, c.language, {_MAY_KNOCK} AS may_knock, v.support AS known_support,
           last.id AS result_id, last.outcome, last.support, last.voting_method
    FROM canvass_line x
    JOIN contact c ON c.organisation_id = :organisation AND c.id = x.contact_id
    LEFT JOIN voter_record v
      ON v.organisation_id = :organisation AND v.election_id = :election AND v.contact_id = c.id
    LEFT JOIN LATERAL (
        SELECT d.id, d.outcome, d.support, d.voting_method FROM door_result d
        WHERE d.organisation_id = :organisation AND d.walk_id = x.walk_id AND d.contact_id = x.contact_id
          AND d.undone_at IS NULL
        ORDER BY d.at DESC, d.recorded_at DESC, d.id DESC LIMIT 1
    ) AS last ON true
    WHERE x.organisation_id = :organisation AND x.walk_id = :walk
    ORDER BY x.line
    """  # noqa: S608 - words of ours
)


def hold(unit: UnitOfWork, campaign_id: uuid.UUID) -> None:
    """Two who cut walks of a campaign come one after the other. Its row stays free: calls that end add their
    cost to it, and cutting takes seconds.
    """
    name = func.hashtextextended(f"canvass {campaign_id}", 0)
    unit.session.execute(select(func.pg_advisory_xact_lock(name)))


def to_canvass(
    unit: UnitOfWork,
    campaign: Campaign,
    *,
    polling_district: str | None,
    support_unknown: bool,
    not_canvassed: bool,
    limit: int,
) -> Sequence[Row[Any]]:
    """Whom a campaign may knock for and who is on none of its open walks, at most so many, by name."""
    given = {
        "organisation": unit.organisation_id,
        "campaign": campaign.id,
        "election": campaign.election_id,
        "district": polling_district,
        "support_unknown": support_unknown,
        "not_canvassed": not_canvassed,
        "done_with": list(DONE_WITH),
        "limit": limit,
    }
    return unit.session.execute(_TO_CANVASS, given).all()


def last_number(unit: UnitOfWork, campaign_id: uuid.UUID) -> int:
    """The number of the walk that was cut last; 0 before the first."""
    of = (CanvassWalk.organisation_id == unit.organisation_id, CanvassWalk.campaign_id == campaign_id)
    return unit.session.scalar(select(func.max(CanvassWalk.number)).where(*of)) or 0


def add_lines(unit: UnitOfWork, walk_id: uuid.UUID, contact_ids: Sequence[uuid.UUID]) -> None:
    """Put people on a walk, line by line."""
    rows = [
        {
            "organisation_id": unit.organisation_id,
            "walk_id": walk_id,
            "line": line,
            "contact_id": contact_id,
        }
        for line, contact_id in enumerate(contact_ids, start=1)
    ]
    unit.session.execute(insert(CanvassLine), rows)


def page_of_walks(
    unit: UnitOfWork, campaign_id: uuid.UUID, *, closed: bool, after: int | None, limit: int
) -> Sequence[CanvassWalk]:
    """A campaign's walks from the latest on, those that are closed or the others."""
    query = select(CanvassWalk).where(
        CanvassWalk.organisation_id == unit.organisation_id,
        CanvassWalk.campaign_id == campaign_id,
        CanvassWalk.closed_at.is_not(None) if closed else CanvassWalk.closed_at.is_(None),
    )
    if after is not None:
        query = query.where(CanvassWalk.number < after)
    return unit.session.scalars(query.order_by(CanvassWalk.number.desc()).limit(limit)).all()


def noted_on(unit: UnitOfWork, walk_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Of how many people on each walk something is noted."""
    query = (
        select(DoorResult.walk_id, func.count(DoorResult.contact_id.distinct()).label("people"))
        .where(
            DoorResult.organisation_id == unit.organisation_id,
            DoorResult.walk_id.in_(walk_ids),
            DoorResult.undone_at.is_(None),
        )
        .group_by(DoorResult.walk_id)
    )
    return {row.walk_id: row.people for row in unit.session.execute(query) if row.walk_id is not None}


def lines_of(unit: UnitOfWork, walk: CanvassWalk, election_id: uuid.UUID) -> Sequence[Row[Any]]:
    """Who is on a walk, whether they may be knocked for now, and what was noted on it last."""
    given = {"organisation": unit.organisation_id, "walk": walk.id, "election": election_id}
    return unit.session.execute(_LINES, given).all()
