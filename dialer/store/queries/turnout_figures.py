"""Turnout of an election, or of a campaign's people in it, in grouped reads; and when boxes were watched."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

Rows = Sequence[Row[*tuple[Any, ...]]]

_PEOPLE = """
    SELECT contact.id, contact.polling_district, contact.polling_station FROM contact
    WHERE contact.organisation_id = :organisation
"""

_THEIR_LISTS = """
      AND EXISTS (
        SELECT 1 FROM list_member JOIN campaign_list
          ON campaign_list.organisation_id = :organisation AND campaign_list.list_id = list_member.list_id
        WHERE list_member.organisation_id = :organisation AND list_member.contact_id = contact.id
          AND campaign_list.campaign_id = ANY(CAST(:campaigns AS uuid[]))
      )
"""

_RECORD = """
    JOIN_KIND JOIN voter_record AS record
      ON record.organisation_id = :organisation AND record.election_id = :election
     AND record.contact_id = person.id
"""

_BY_DISTRICT = """
    WITH person AS (PEOPLE), elector AS (
        SELECT person.polling_district, person.polling_station,
               record.voted_at IS NULL AS unseen,
               coalesce(record.support <= 2, false) AS pledged,
               coalesce(record.voting_method = 'postal', false) AS by_post,
               record.voting_method IS NULL AS unknown,
               coalesce(record.voted_source = 'postal_list', false) AS listed
        FROM person RECORD
    )
    SELECT polling_district,
           min(polling_station) AS one_station,
           max(polling_station) AS other_station,
           count(*) AS electors,
           count(*) FILTER (WHERE NOT unseen) AS voted,
           count(*) FILTER (WHERE by_post AND unseen) AS post_unseen,
           count(*) FILTER (WHERE unknown) AS post_unknown,
           count(*) FILTER (WHERE unknown AND unseen) AS post_unknown_unseen,
           count(*) FILTER (WHERE unknown AND listed) AS post_unknown_listed,
           count(*) FILTER (WHERE listed) AS post_listed,
           count(*) FILTER (WHERE pledged) AS pledged,
           count(*) FILTER (WHERE pledged AND NOT unseen) AS pledged_voted,
           count(*) FILTER (WHERE pledged AND by_post AND unseen) AS pledged_post_unseen,
           count(*) FILTER (WHERE pledged AND unknown) AS pledged_post_unknown,
           count(*) FILTER (WHERE pledged AND unknown AND unseen) AS pledged_post_unknown_unseen,
           count(*) FILTER (WHERE pledged AND unknown AND listed) AS pledged_post_unknown_listed,
           count(*) FILTER (WHERE pledged AND listed) AS pledged_post_listed
    FROM elector
    GROUP BY polling_district ORDER BY polling_district NULLS LAST
"""

_BY_HOUR_OF_ALL = """
    SELECT date_trunc('hour', voted_at, :timezone) AS hour, count(*) AS voted
    FROM voter_record
    WHERE organisation_id = :organisation AND election_id = :election AND voted_at IS NOT NULL
    GROUP BY 1 ORDER BY 1
"""

_WATCHED = """
    WITH slot AS (
        SELECT lower(polling_district) AS box, date_bin(:slot, at, :opens) AS start, max(at) AS last_at
        FROM turnout_mark
        WHERE organisation_id = :organisation AND election_id = :election AND source = 'teller'
          AND state <> 'undone'
          AND (state = 'counted' OR coalesce(why, '') NOT IN ('too_fast', 'other_district'))
          AND polling_district IS NOT NULL AND at >= :opens
        GROUP BY 1, 2
    )
    SELECT box, array_agg(start) AS slots, max(last_at) AS last_at FROM slot GROUP BY box
"""

_SHEETS = """
    SELECT lower(polling_district) AS box, from_at, to_at FROM teller_sheet
    WHERE organisation_id = :organisation AND election_id = :election AND undone_at IS NULL
"""

_BY_HOUR = """
    WITH person AS (PEOPLE)
    SELECT date_trunc('hour', record.voted_at, :timezone) AS hour, count(*) AS voted
    FROM person RECORD
    WHERE record.voted_at IS NOT NULL
    GROUP BY 1 ORDER BY 1
"""


def by_polling_district(
    session: Session,
    organisation_id: uuid.UUID,
    election_id: uuid.UUID,
    campaign_ids: Sequence[uuid.UUID] | None,
) -> Rows:
    """Electors, voted, pledged and both, and what is known of votes by post (`turnout_bounds.Post`), of all
    and of who pledged, for each polling district; None of campaigns means everybody.
    """
    statement = _filled(_BY_DISTRICT, "LEFT", campaign_ids)
    return _rows(session, statement, organisation_id, election_id, campaign_ids)


def by_hour(
    session: Session,
    organisation_id: uuid.UUID,
    election_id: uuid.UUID,
    campaign_ids: Sequence[uuid.UUID] | None,
    timezone: str,
) -> Rows:
    """How many voted in each hour of the zone's clock."""
    if campaign_ids is None:  # nobody has a record who isn't there
        return _rows(session, _BY_HOUR_OF_ALL, organisation_id, election_id, None, timezone=timezone)
    statement = _filled(_BY_HOUR, "INNER", campaign_ids)
    return _rows(session, statement, organisation_id, election_id, campaign_ids, timezone=timezone)


def watched(
    session: Session,
    organisation_id: uuid.UUID,
    election_id: uuid.UUID,
    opens: dt.datetime,
    slot: dt.timedelta,
) -> Rows:
    """When tellers noted somebody in each box (a polling district in small letters) since it opened: the
    starts of the slots, and the last mark.

    Marks that wait because they came too fast, or of a district that isn't their teller's, show that nobody
    stood there.
    """
    return _rows(session, _WATCHED, organisation_id, election_id, None, opens=opens, slot=slot)


def sheet_spans(session: Session, organisation_id: uuid.UUID, election_id: uuid.UUID) -> Rows:
    """Where, from when and until when the tellers of sheets stood; boxes as for `watched`."""
    return _rows(session, _SHEETS, organisation_id, election_id, None)


def _filled(statement: str, join_kind: str, campaign_ids: Sequence[uuid.UUID] | None) -> str:
    people = _PEOPLE if campaign_ids is None else _PEOPLE + _THEIR_LISTS
    joined = _RECORD.replace("JOIN_KIND", join_kind)
    return statement.replace("PEOPLE", people).replace("RECORD", joined)


def _rows(
    session: Session,
    statement: str,
    organisation_id: uuid.UUID,
    election_id: uuid.UUID,
    campaign_ids: Sequence[uuid.UUID] | None,
    **more: object,
) -> Rows:
    values: dict[str, object] = {"organisation": organisation_id, "election": election_id, **more}
    if campaign_ids is not None:
        values["campaigns"] = list(campaign_ids)
    return session.execute(text(statement), values).all()
