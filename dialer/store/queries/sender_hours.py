"""What became of each sender's texts, kept by the hour in which they were tried (design §2, law 9).

Each connection has a stripe of its own, as with counters, and readers add them up.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from dialer.store.models.senders import SenderHour
from dialer.store.queries.text_spending import NO_CAMPAIGN
from dialer.store.session import UnitOfWork

KEPT: Final = dt.timedelta(days=90)
"""How long hours are kept."""
COMPARED: Final = dt.timedelta(days=60)
"""And how far back they are compared with the texts themselves: what is just being let go of is not."""
INBOUND: Final = "inbound_"
"""What is counted of texts to us begins so; their class follows."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """What is counted: a state or kind of text of a sender, by hour, campaign and the carrier's code."""

    sender: str
    hour: dt.datetime
    campaign_id: uuid.UUID
    what: str
    code: int


@dataclass(frozen=True, slots=True)
class Texts:
    """So many texts of a sender, of one hour, campaign, state or kind, and code."""

    sender: str
    hour: dt.datetime
    campaign_id: uuid.UUID
    what: str
    code: int
    texts: int


@dataclass(frozen=True, slots=True)
class Apart:
    """A place where what is kept isn't what the texts say."""

    place: Place
    kept: int
    counted: int


def place_of(
    sender: str, campaign_id: uuid.UUID | None, at: dt.datetime, what: str, code: int | None = None
) -> Place:
    """Where a text belongs that was tried, or came, at this moment."""
    hour = at.astimezone(dt.UTC).replace(minute=0, second=0, microsecond=0)
    return Place(sender, hour, campaign_id or NO_CAMPAIGN, what, code or 0)


_WRITE: Final = text(
    """
    INSERT INTO sender_hour (organisation_id, sender, hour, campaign_id, what, code, stripe, texts)
    SELECT :organisation, sender, hour, campaign_id, what, code, pg_backend_pid() % :stripes, texts
    FROM unnest(CAST(:senders AS text[]), CAST(:hours AS timestamptz[]), CAST(:campaigns AS uuid[]),
                CAST(:whats AS text[]), CAST(:codes AS int[]), CAST(:texts AS bigint[]))
         AS given(sender, hour, campaign_id, what, code, texts)
    ORDER BY sender, hour, campaign_id, what, code
    ON CONFLICT (organisation_id, sender, hour, campaign_id, what, code, stripe)
    DO UPDATE SET texts = sender_hour.texts + excluded.texts
    """
)

COUNTED: Final = """
    SELECT organisation_id, sender, date_trunc('hour', coalesce(attempted_at, created_at), 'UTC') AS hour,
           coalesce(campaign_id, '00000000-0000-0000-0000-000000000000') AS campaign_id, state AS what,
           CASE WHEN state IN ('undelivered', 'failed') THEN coalesce(error_code, 0) ELSE 0 END AS code,
           count(*) AS texts
    FROM message
    WHERE direction = 'outbound' AND sender IS NOT NULL AND created_at > :since
      AND state IN ('sent', 'delivered', 'undelivered', 'failed')
    GROUP BY 1, 2, 3, 4, 5, 6
    UNION ALL
    SELECT organisation_id, sender, date_trunc('hour', created_at, 'UTC'),
           CAST('00000000-0000-0000-0000-000000000000' AS uuid),
           'inbound_' || coalesce(inbound_class, 'other'), 0, count(*)
    FROM message
    WHERE direction = 'inbound' AND sender IS NOT NULL AND created_at > :since
    GROUP BY 1, 2, 3, 4, 5, 6
"""
_APART: Final = text(
    f"""
    WITH counted AS (SELECT * FROM ({COUNTED}) AS c WHERE organisation_id = :organisation AND hour > :from),
    kept AS (
        SELECT sender, hour, campaign_id, what, code, sum(texts) AS texts
        FROM sender_hour WHERE organisation_id = :organisation AND hour > :from GROUP BY 1, 2, 3, 4, 5
    )
    SELECT sender, hour, campaign_id, what, code, coalesce(k.texts, 0)::bigint AS kept,
           coalesce(c.texts, 0)::bigint AS counted
    FROM kept k FULL JOIN counted c USING (sender, hour, campaign_id, what, code)
    WHERE coalesce(k.texts, 0) <> coalesce(c.texts, 0)
    ORDER BY sender, hour, campaign_id, what, code
    """  # noqa: S608 - words of ours
)
_FORGET: Final = text("DELETE FROM sender_hour WHERE organisation_id = :organisation AND hour < :before")


def write(session: Session, organisation_id: uuid.UUID, stripes: int, texts: Mapping[Place, int]) -> None:
    """Add these, in an order that everybody keeps."""
    places = sorted(place for place, count in texts.items() if count)
    if not places:
        return
    given = {
        "organisation": organisation_id,
        "stripes": stripes,
        "senders": [place.sender for place in places],
        "hours": [place.hour for place in places],
        "campaigns": [place.campaign_id for place in places],
        "whats": [place.what for place in places],
        "codes": [place.code for place in places],
        "texts": [texts[place] for place in places],
    }
    session.execute(_WRITE, given)


def read(
    unit: UnitOfWork, senders: Collection[str], since: dt.datetime, until: dt.datetime | None = None
) -> Sequence[Texts]:
    """What is kept of these senders' hours that begin in this time."""
    of = SenderHour
    query = select(of.sender, of.hour, of.campaign_id, of.what, of.code, func.sum(of.texts)).where(
        of.organisation_id == unit.organisation_id, of.sender.in_(senders), of.hour >= since
    )
    if until is not None:
        query = query.where(of.hour < until)
    keys = (of.sender, of.hour, of.campaign_id, of.what, of.code)
    rows = unit.session.execute(query.group_by(*keys).having(func.sum(of.texts) != 0))
    return [Texts(*row[:5], texts=int(row[5])) for row in rows]


def apart(session: Session, organisation_id: uuid.UUID, now: dt.datetime) -> list[Apart]:
    """Where what is kept isn't what the texts say. Reads all of them: for checks, never for pages."""
    begin = now - COMPARED
    given = {"organisation": organisation_id, "from": begin, "since": begin - dt.timedelta(days=30)}
    rows = session.execute(_APART, given)
    return [
        Apart(Place(row.sender, row.hour, row.campaign_id, row.what, row.code), row.kept, row.counted)
        for row in rows
    ]


def forget_before(unit: UnitOfWork, before: dt.datetime) -> None:
    """Let go of hours that are over for long."""
    unit.session.execute(_FORGET, {"organisation": unit.organisation_id, "before": before})
