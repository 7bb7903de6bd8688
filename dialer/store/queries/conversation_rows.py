"""What is shown beside conversations: whose they are, what came in last, what stands. Read in one statement,
since lists, pages and every deed on a conversation show it.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from dialer.store.models.conversations import Conversation
from dialer.store.quick import Quick
from dialer.store.session import UnitOfWork


class LastInbound(NamedTuple):
    """A text as it is shown, by the names of `Message`; in the order in which `_BESIDE` reads them."""

    id: uuid.UUID
    blast_id: uuid.UUID | None
    campaign_id: uuid.UUID | None
    contact_id: uuid.UUID | None
    direction: str
    purpose: str | None
    sender: str | None
    number: str | None
    body: str
    state: str
    segments: int
    encoding: str
    error_code: int | None
    error_detail: str | None
    carrier_sid: str | None
    cost: Decimal | None
    cost_currency: str | None
    skip_reason: str | None
    created_at: dt.datetime
    sent_at: dt.datetime | None
    delivered_at: dt.datetime | None
    inbound_class: str | None
    inbound_rule: str | None
    attachments: Sequence[Mapping[str, Any]] | None
    pressed_at: dt.datetime | None
    picture_code: str | None
    channel: str
    subject: str | None


class Beside(NamedTuple):
    """What is shown beside one conversation.

    `is_known` says that the writer is in the people, by these names; `no_since` since when a no stands for
    the number or address on its channel; `people` how many have it.
    """

    is_known: bool
    first_name: str | None
    last_name: str | None
    campaign_name: str | None
    campaign_state: str | None
    assignee: str | None
    handed_over_by: str | None
    no_since: dt.datetime | None
    people: int
    last: LastInbound | None


_BESIDE: Final = Quick(
    """
    SELECT c.id IS NOT NULL, c.first_name, c.last_name, g.name, g.state, a.name, h.name,
        CASE WHEN t.place LIKE '%@%' THEN (
            SELECT min(s.created_at) FROM suppression s
            WHERE s.organisation_id = o.id AND s.email = t.place AND s.channel = 'email'
              AND s.reason = 'opt_out' AND s.lifted_at IS NULL)
        ELSE (
            SELECT min(s.created_at) FROM suppression s
            WHERE s.organisation_id = o.id AND s.number = t.place AND s.channel = 'sms'
              AND s.reason = 'opt_out' AND s.lifted_at IS NULL)
        END,
        CASE WHEN t.contact_id IS NOT NULL THEN 1 WHEN t.place LIKE '%@%' THEN (
            SELECT count(*) FROM contact p WHERE p.organisation_id = o.id AND p.email_key = t.place)
        ELSE (
            SELECT count(DISTINCT p.contact_id) FROM contact_phone p
            WHERE p.organisation_id = o.id AND p.number = t.place AND p.removed_at IS NULL)
        END,
        last.*
    FROM (SELECT CAST(:organisation AS uuid) AS id) o
    CROSS JOIN unnest(CAST(:places AS text[]), CAST(:contacts AS uuid[]), CAST(:campaigns AS uuid[]),
            CAST(:assigned AS uuid[]), CAST(:handed AS uuid[]))
        WITH ORDINALITY AS t(place, contact_id, campaign_id, assigned_to, handed_over_by, position)
    LEFT JOIN contact c ON c.organisation_id = o.id AND c.id = t.contact_id
    LEFT JOIN campaign g ON g.organisation_id = o.id AND g.id = t.campaign_id
    LEFT JOIN account a ON a.organisation_id = o.id AND a.id = t.assigned_to
    LEFT JOIN account h ON h.organisation_id = o.id AND h.id = t.handed_over_by
    LEFT JOIN LATERAL (
        SELECT m.id, m.blast_id, m.campaign_id, m.contact_id, m.direction, m.purpose, m.sender, m.number,
            m.body, m.state, m.segments, m.encoding, m.error_code, m.error_detail, m.carrier_sid, m.cost,
            m.cost_currency, m.skip_reason, m.created_at, m.sent_at, m.delivered_at, m.inbound_class,
            m.inbound_rule, m.attachments, m.pressed_at, m.picture_code, m.channel, m.subject
        FROM message m
        WHERE m.organisation_id = o.id AND m.number = t.place AND m.direction = 'inbound'
        ORDER BY m.id DESC LIMIT 1
    ) AS last ON true
    ORDER BY t.position
    """
)
_OWN: Final = len(Beside._fields) - 1


def beside(unit: UnitOfWork, rows: Sequence[Conversation]) -> list[Beside]:
    """What is shown beside each of these, in their order."""
    if not rows:
        return []
    given = {
        "organisation": unit.organisation_id,
        "places": [row.number for row in rows],
        "contacts": [row.contact_id for row in rows],
        "campaigns": [row.campaign_id for row in rows],
        "assigned": [row.assigned_to for row in rows],
        "handed": [row.handed_over_by for row in rows],
    }
    return [_read(found) for found in _BESIDE.rows(unit.session, given)]


def _read(found: Sequence[Any]) -> Beside:
    last = LastInbound(*found[_OWN:]) if found[_OWN] is not None else None
    return Beside._make((*found[:_OWN], last))
