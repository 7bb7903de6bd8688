"""The figures of campaigns that aren't counters: small indexed reads, and the counts that check counters."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import Select, TextClause, and_, distinct, func, select, text
from sqlalchemy.orm import Session

from dialer.store.models.calling import Campaign, CampaignList, Shift
from dialer.store.models.gotv import CampaignMinute
from dialer.store.models.people import Contact, ContactList, ListMember
from dialer.store.models.supervising import HelpRequest
from dialer.store.queries.counters import Key
from dialer.store.session import UnitOfWork


def campaign_ids(session: Session, organisation_id: uuid.UUID) -> Sequence[uuid.UUID]:
    """Every campaign of the organisation."""
    return session.scalars(select(Campaign.id).where(Campaign.organisation_id == organisation_id)).all()


def people_count(session: Session, organisation_id: uuid.UUID) -> int:
    """All contacts."""
    counted = select(func.count()).select_from(Contact).where(Contact.organisation_id == organisation_id)
    return session.scalar(counted) or 0


def audience_count(session: Session, organisation_id: uuid.UUID, campaigns: Sequence[uuid.UUID]) -> int:
    """The contacts of these campaigns' lists, each once. One list keeps its own count."""
    lists = session.execute(_lists_of(organisation_id, campaigns)).all()
    if len(lists) <= 1:
        return sum(count for _, count in lists)
    members = select(func.count(distinct(ListMember.contact_id))).where(
        ListMember.organisation_id == organisation_id,
        ListMember.list_id.in_([list_id for list_id, _ in lists]),
    )
    return session.scalar(members) or 0


def _lists_of(organisation_id: uuid.UUID, campaigns: Sequence[uuid.UUID]) -> Select[uuid.UUID, int]:
    belongs = and_(
        CampaignList.organisation_id == ContactList.organisation_id, CampaignList.list_id == ContactList.id
    )
    return (
        select(ContactList.id, ContactList.contact_count)
        .join(CampaignList, belongs)
        .where(ContactList.organisation_id == organisation_id, CampaignList.campaign_id.in_(campaigns))
        .distinct()
    )


def open_shifts(
    session: Session, organisation_id: uuid.UUID, campaigns: Sequence[uuid.UUID]
) -> dict[str, int]:
    """Shifts that haven't ended, by state."""
    counted = (
        select(Shift.state, func.count())
        .where(
            Shift.organisation_id == organisation_id,
            Shift.campaign_id.in_(campaigns),
            Shift.state != "ended",
        )
        .group_by(Shift.state)
    )
    return {state: count for state, count in session.execute(counted)}  # noqa: C416 -- rows aren't pairs


def help_asked(session: Session, organisation_id: uuid.UUID, campaigns: Sequence[uuid.UUID]) -> int:
    """Volunteers who asked for help, and for whom it isn't over."""
    counted = select(func.count()).where(
        HelpRequest.organisation_id == organisation_id,
        HelpRequest.campaign_id.in_(campaigns),
        HelpRequest.closed_at.is_(None),
    )
    return session.scalar(counted) or 0


def attempts_since(
    session: Session, organisation_id: uuid.UUID, campaigns: Sequence[uuid.UUID], since: dt.datetime
) -> int:
    """Attempts of the minutes that began after `since`."""
    added = select(func.sum(CampaignMinute.attempts)).where(
        CampaignMinute.organisation_id == organisation_id,
        CampaignMinute.campaign_id.in_(campaigns),
        CampaignMinute.minute > since,
    )
    return session.scalar(added) or 0


def spent_by_currency(
    session: Session, organisation_id: uuid.UUID, campaigns: Sequence[uuid.UUID]
) -> dict[str, Decimal]:
    """What these campaigns have cost, in each currency."""
    added = (
        select(Campaign.cost_currency, func.sum(Campaign.spent).label("spent"))
        .where(Campaign.organisation_id == organisation_id, Campaign.id.in_(campaigns))
        .group_by(Campaign.cost_currency)
        .order_by(func.count().desc(), Campaign.cost_currency)
    )
    return {row.cost_currency: row.spent for row in session.execute(added)}


def spent_in(session: Session, organisation_id: uuid.UUID, currency: str) -> Decimal:
    """What all campaigns of an organisation have cost together, in this currency."""
    added = select(func.sum(Campaign.spent)).where(
        Campaign.organisation_id == organisation_id, Campaign.cost_currency == currency
    )
    return session.scalar(added) or Decimal(0)


_COUNTED = text(
    """
    WITH record AS (
        SELECT * FROM voter_record WHERE organisation_id = :organisation
    ), opened AS (
        SELECT x.*, l.blast_id FROM link_code x
        JOIN link l ON l.organisation_id = x.organisation_id AND l.id = x.link_id
        WHERE x.organisation_id = :organisation AND x.contact_id IS NOT NULL
    ), standing AS (
        SELECT result.campaign_id, result.disposition,
               (result.contact_id = assignment.contact_id AND NOT EXISTS (
                   SELECT 1 FROM call
                   WHERE call.organisation_id = :organisation AND call.assignment_id = assignment.id
                     AND call.contact_rung_at IS NOT NULL
               )) AS attempted
        FROM result JOIN assignment
          ON assignment.organisation_id = :organisation AND assignment.id = result.assignment_id
        WHERE result.organisation_id = :organisation AND NOT result.implied
          AND result.superseded_at IS NULL AND result.voided_at IS NULL
    )
    SELECT 'election' AS scope, election_id AS scope_id, 'support_' || support AS name, count(*) AS value
    FROM record WHERE support IS NOT NULL GROUP BY 1, 2, 3
    UNION ALL
    SELECT 'election', election_id, 'voted', count(*)
    FROM record WHERE voted_at IS NOT NULL GROUP BY 1, 2, 3
    UNION ALL
    SELECT 'election', election_id, 'pledged_voted', count(*)
    FROM record WHERE voted_at IS NOT NULL AND support <= 2 GROUP BY 1, 2, 3
    UNION ALL
    SELECT 'campaign', learned_campaign_id, 'support_' || support, count(*)
    FROM record WHERE support IS NOT NULL AND learned_campaign_id IS NOT NULL GROUP BY 1, 2, 3
    UNION ALL
    SELECT 'campaign', campaign_id, 'disposition_' || disposition, count(*) FROM standing GROUP BY 1, 2, 3
    UNION ALL
    SELECT 'campaign', campaign_id, 'attempts', count(*) FROM (
        SELECT campaign_id FROM standing WHERE attempted
        UNION ALL
        SELECT campaign_id FROM call
        WHERE organisation_id = :organisation AND contact_rung_at IS NOT NULL AND campaign_id IS NOT NULL
    ) AS attempt GROUP BY 1, 2, 3
    UNION ALL
    SELECT 'campaign', campaign_id, 'message_' || state, count(*)
    FROM message
    WHERE organisation_id = :organisation AND direction = 'outbound' AND campaign_id IS NOT NULL
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT 'blast', blast_id, state, count(*)
    FROM message WHERE organisation_id = :organisation AND purpose = 'blast' AND blast_id IS NOT NULL
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT 'blast', blast_id, 'skipped_' || skip_reason, count(*)
    FROM message
    WHERE organisation_id = :organisation AND purpose = 'blast' AND blast_id IS NOT NULL
      AND state = 'skipped'
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT 'blast', blast_id, 'spent_' || cost_currency || '_e5', (sum(cost) * 100000)::bigint
    FROM message
    WHERE organisation_id = :organisation AND purpose = 'blast' AND blast_id IS NOT NULL AND cost <> 0
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT 'organisation', organisation_id, 'spent_alone_' || cost_currency || '_e5',
           (sum(cost) * 100000)::bigint
    FROM message
    WHERE organisation_id = :organisation AND purpose IN ('single', 'reply') AND campaign_id IS NULL
      AND cost <> 0
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT 'organisation', organisation_id, 'spent_look_ups_' || currency || '_e5',
           sum((price * asked * 100000)::bigint)::bigint
    FROM look_up_batch
    WHERE organisation_id = :organisation AND campaign_id IS NULL AND asked * price <> 0
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT 'organisation', organisation_id, 'spent_numbers_' || currency || '_e5',
           sum(trunc(amount * 100000))::bigint
    FROM number_rent
    WHERE organisation_id = :organisation AND amount <> 0
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT 'blast', blast_id, 'accepted', count(*)
    FROM message
    WHERE organisation_id = :organisation AND purpose = 'blast' AND blast_id IS NOT NULL
      AND cost IS NOT NULL
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT 'blast', answers_blast_id, 'reply_' || coalesce(inbound_class, 'other'), count(*)
    FROM message
    WHERE organisation_id = :organisation AND direction = 'inbound' AND answers_blast_id IS NOT NULL
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT 'blast', blast_id, 'put_off', count(*)
    FROM message
    WHERE organisation_id = :organisation AND purpose = 'blast' AND blast_id IS NOT NULL
      AND put_off_at IS NOT NULL
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT 'blast', blast_id, 'bounced_' || bounce, count(*)
    FROM message
    WHERE organisation_id = :organisation AND purpose = 'blast' AND blast_id IS NOT NULL
      AND bounce IS NOT NULL
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT 'blast', blast_id, 'expired', count(*)
    FROM message
    WHERE organisation_id = :organisation AND purpose = 'blast' AND blast_id IS NOT NULL
      AND state IN ('failed', 'undelivered') AND error_code = 30036
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT 'link', link_id, 'clicked', count(*) FROM opened WHERE clicked_at IS NOT NULL GROUP BY 1, 2, 3
    UNION ALL
    SELECT 'blast', blast_id, 'clicked', count(DISTINCT contact_id)
    FROM opened WHERE clicked_at IS NOT NULL AND blast_id IS NOT NULL GROUP BY 1, 2, 3
    UNION ALL
    SELECT scope, scope_id, 'visits_' || visitor, sum(times)
    FROM opened, LATERAL (VALUES ('link', link_id), ('blast', blast_id)) AS place (scope, scope_id),
         LATERAL (VALUES ('person', clicks), ('preview', previews), ('prefetch', prefetches),
                         ('robot', robots), ('scan', scans)) AS visit (visitor, times)
    WHERE scope_id IS NOT NULL GROUP BY 1, 2, 3 HAVING sum(times) <> 0
    """
)

_KEPT = text(
    """
    SELECT scope, scope_id, name, sum(value) AS value FROM counter
    WHERE organisation_id = :organisation AND scope <> 'blast_pace'
    GROUP BY scope, scope_id, name HAVING sum(value) <> 0
    """
)


def counted_figures(session: Session, organisation_id: uuid.UUID) -> Counter[Key]:
    """Every figure, counted from the facts. Reads whole tables: for checks, never for boards."""
    return _by_key(session, organisation_id, _COUNTED)


def kept_figures(session: Session, organisation_id: uuid.UUID) -> Counter[Key]:
    """Every figure as it is kept."""
    return _by_key(session, organisation_id, _KEPT)


def _by_key(session: Session, organisation_id: uuid.UUID, statement: TextClause) -> Counter[Key]:
    rows = session.execute(statement, {"organisation": organisation_id})
    return Counter({(row.scope, row.scope_id, row.name): int(row.value) for row in rows})


def calls_since(unit: UnitOfWork, campaign_id: uuid.UUID, since: dt.datetime) -> tuple[int, int]:
    """How many calls a campaign made since a moment, and how many of them were talks."""
    query = select(
        func.coalesce(func.sum(CampaignMinute.attempts), 0),
        func.coalesce(func.sum(CampaignMinute.contacted), 0),
    ).where(
        CampaignMinute.organisation_id == unit.organisation_id,
        CampaignMinute.campaign_id == campaign_id,
        CampaignMinute.minute >= since,
    )
    calls, talks = unit.session.execute(query).one()
    return int(calls), int(talks)


def others_on_shift(
    unit: UnitOfWork, campaign_id: uuid.UUID, account_id: uuid.UUID, seen_since: dt.datetime
) -> int:
    """How many but this one are on a shift for a campaign, not resting, and were heard of since a moment."""
    query = select(func.count()).where(
        Shift.organisation_id == unit.organisation_id,
        Shift.campaign_id == campaign_id,
        Shift.state.not_in(("ended", "paused")),
        Shift.last_seen_at > seen_since,
        Shift.account_id != account_id,
    )
    return unit.session.scalar(query) or 0
