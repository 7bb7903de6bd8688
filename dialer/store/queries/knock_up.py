"""Whom to remind to vote: supporters of a campaign who haven't voted, as far as a channel reaches them.

One statement decides who is on a knock-up list (contract §9). It reads whole groups, which are a polling
district at most: within them people go in walking order, which `domain.walk` knows and no column holds.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Row, select, text

from dialer.domain.knock_up import Channel, Order
from dialer.store.models.calling import Campaign
from dialer.store.models.people import Contact
from dialer.store.queries.texting_rules import not_mobile
from dialer.store.session import UnitOfWork

Rows = Sequence[Row[*tuple[Any, ...]]]
Group = tuple[int | bool | str, ...]
"""The values of an order's columns: what orders people before their doors do."""

_TYPES: Final = {"attempts": "integer", "support": "integer", "nowhere": "boolean", "district": "text"}
GROUPED_BY: Final[Mapping[Order, Sequence[str]]] = {
    Order.ATTEMPTS: ("attempts", "support", "nowhere", "district"),
    Order.WALK: ("nowhere", "district"),
}
"""The columns that people are grouped by: numbers, then whether they have no polling district, and which."""

_DUE: Final = """
    SELECT c.id AS contact_id, c.status, c.address, v.support, v.planned_at,
           coalesce(v.needs_lift, c.needs_lift) AS needs_lift,
           coalesce(g.attempts, 0) AS attempts, g.last_attempt_at,
           coalesce(c.polling_district, '') = '' AS nowhere,
           coalesce(c.polling_district, '') COLLATE "C" AS district
    FROM voter_record v
    JOIN contact c ON c.organisation_id = :organisation AND c.id = v.contact_id
    LEFT JOIN contact_progress g
      ON g.organisation_id = :organisation AND g.campaign_id = :campaign AND g.contact_id = v.contact_id
    WHERE v.organisation_id = :organisation AND v.election_id = :election
      AND v.support <= :support_max AND v.voted_at IS NULL
      AND CASE WHEN :by_post THEN v.voting_method = 'postal'
               ELSE v.voting_method IS NULL OR v.voting_method NOT IN ('postal', 'proxy') END
      AND c.status <> 'deceased'
      AND (CAST(:district AS text) IS NULL OR c.polling_district = :district
           OR (:district = '' AND c.polling_district IS NULL))
      AND v.contact_id IN (
          SELECT m.contact_id FROM campaign_list l
          JOIN list_member m ON m.organisation_id = :organisation AND m.list_id = l.list_id
          WHERE l.organisation_id = :organisation AND l.campaign_id = :campaign
      )
"""


def _said_no(channel: str) -> str:
    return f"""EXISTS (
        SELECT 1 FROM opt_out o
        WHERE o.organisation_id = :organisation AND o.contact_id = p.contact_id
          AND o.channel = '{channel}' AND o.lifted_at IS NULL
    )"""  # noqa: S608 - words of ours


def _numbers(channel: str, fits: str = "true") -> str:
    """Somebody's living numbers that nothing bars on a channel."""
    return f"""
        FROM contact_phone q
        WHERE q.organisation_id = :organisation AND q.contact_id = p.contact_id
          AND q.removed_at IS NULL AND q.dead_at IS NULL AND {fits}
          AND NOT EXISTS (
              SELECT 1 FROM suppression s
              WHERE s.organisation_id = :organisation AND s.number = q.number
                AND s.channel = '{channel}' AND s.lifted_at IS NULL
          )
    """  # noqa: S608 - words of ours


_TO_CALL: Final = _numbers("voice")
_TO_TEXT: Final = _numbers("sms", "NOT " + not_mobile("q.number", "q.line_type = 'landline'"))

_WHERE_THEY_LIVE: Final = "p.status <> 'moved' AND btrim(coalesce(p.address, '')) <> ''"
_HAS_DOOR: Final = f"{_WHERE_THEY_LIVE} AND NOT {_said_no('door')}"
"""Who has moved has no door that we know."""

_BY_CALL: Final = f"NOT {_said_no('voice')}"
_BY_TEXT: Final = f"NOT {_said_no('sms')}"

_REACHED: Final = {
    Channel.DOORSTEP: (_HAS_DOOR, f"{_TO_CALL} AND {_BY_CALL}"),
    Channel.VOICE: (_BY_CALL + " AND phone.number IS NOT NULL", _TO_CALL),
    Channel.SMS: (_BY_TEXT + " AND phone.number IS NOT NULL", _TO_TEXT),
}
"""Whether a channel reaches somebody, and at which numbers they may be called, or texted."""

_READ: Final = f"""
    WITH due AS MATERIALIZED (
        SELECT * FROM ({_DUE}) AS due
        WHERE {{after}}
        ORDER BY {{order}} FETCH FIRST :ample ROWS WITH TIES
    )
    SELECT p.*, phone.number AS phone, {{reached}} AS reached, c.first_name, c.last_name, c.elector_number,
           c.postcode, c.polling_district, c.polling_station, c.language
    FROM due AS p
    JOIN contact c ON c.organisation_id = :organisation AND c.id = p.contact_id
    LEFT JOIN LATERAL (SELECT q.number {{numbers}} ORDER BY q.position, q.number LIMIT 1) AS phone ON true
"""  # noqa: S608 - words of ours

_COUNT: Final = f"""
    WITH due AS MATERIALIZED ({_DUE}),
    no AS (
        SELECT o.contact_id, bool_or(o.channel = 'door') AS door, bool_or(o.channel = 'voice') AS voice,
               bool_or(o.channel = 'sms') AS sms
        FROM opt_out o
        WHERE o.organisation_id = :organisation AND o.lifted_at IS NULL
        GROUP BY o.contact_id
    ),
    number AS (
        SELECT q.contact_id, bool_or(v.number IS NULL) AS voice,
               bool_or(t.number IS NULL AND NOT {not_mobile("q.number", "q.line_type = 'landline'")}) AS sms
        FROM due
        JOIN contact_phone q
          ON q.organisation_id = :organisation AND q.contact_id = due.contact_id
         AND q.removed_at IS NULL AND q.dead_at IS NULL
        LEFT JOIN suppression v
          ON v.organisation_id = :organisation AND v.number = q.number
         AND v.channel = 'voice' AND v.lifted_at IS NULL
        LEFT JOIN suppression t
          ON t.organisation_id = :organisation AND t.number = q.number
         AND t.channel = 'sms' AND t.lifted_at IS NULL
        GROUP BY q.contact_id
    )
    SELECT nullif(p.district, '') AS polling_district, count(*) AS people,
           count(*) FILTER (WHERE {_WHERE_THEY_LIVE} AND no.door IS NOT TRUE) AS doorstep,
           count(*) FILTER (WHERE number.voice AND no.voice IS NOT TRUE) AS voice,
           count(*) FILTER (WHERE number.sms AND no.sms IS NOT TRUE) AS sms
    FROM due p
    LEFT JOIN no ON no.contact_id = p.contact_id
    LEFT JOIN number ON number.contact_id = p.contact_id
    GROUP BY p.district
    ORDER BY p.district = '', p.district
"""  # noqa: S608 - words of ours
"""The same rules as in `_REACHED`, asked for all of them together: one by one takes half as long again."""


def read_groups(
    unit: UnitOfWork,
    campaign: Campaign,
    *,
    channel: Channel,
    order: Order,
    polling_district: str | None = None,
    by_post: bool = False,
    since: Group | None = None,
    past: Group | None = None,
    ample: int,
) -> Rows:
    """The next groups of those who are due: as many as hold `ample` people, each whole, from the group
    `since` on or from the first after `past`. `reached` says whether the channel reaches them; `by_post`
    asks for those who vote by post, who aren't on the list of polling day. The district '' has whoever is
    without one; None asks for all of them.
    """
    columns = GROUPED_BY[order]
    named = ", ".join(columns)
    bounds = {">=": since, ">": past}
    after = [
        f"({named}) {sign} ({', '.join(f'CAST(:{name}_{at} AS {_TYPES[name]})' for name in columns)})"
        for at, (sign, group) in enumerate(bounds.items())
        if group is not None
    ]
    reached, numbers = _REACHED[channel]
    statement = _READ.format(
        after=" AND ".join(after) or "true", order=named, reached=reached, numbers=numbers
    )
    given = {
        f"{name}_{at}": value
        for at, group in enumerate(bounds.values())
        for name, value in zip(columns, group or (), strict=False)
    }
    values = _values(unit, campaign, by_post=by_post) | {"district": polling_district, "ample": ample} | given
    return unit.session.execute(text(statement), values).all()


def count_by_district(unit: UnitOfWork, campaign: Campaign, *, by_post: bool = False) -> Rows:
    """How many are due in each polling district, and how many of them each channel reaches."""
    values = _values(unit, campaign, by_post=by_post) | {"district": None}
    return unit.session.execute(text(_COUNT), values).all()


def door_of(unit: UnitOfWork, contact_id: uuid.UUID) -> Row[*tuple[Any, ...]] | None:
    """What somebody's place in a walk follows from, whether they are due or not."""
    columns = (
        Contact.polling_district,
        Contact.address,
        Contact.postcode,
        Contact.last_name,
        Contact.first_name,
    )
    query = select(*columns).where(Contact.organisation_id == unit.organisation_id, Contact.id == contact_id)
    return unit.session.execute(query).one_or_none()


def _values(unit: UnitOfWork, campaign: Campaign, *, by_post: bool) -> dict[str, object]:
    return {
        "organisation": unit.organisation_id,
        "campaign": campaign.id,
        "election": campaign.election_id,
        "support_max": campaign.knock_up_support_max,
        "by_post": by_post,
    }
