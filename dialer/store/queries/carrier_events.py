"""Events of the carrier and the texts that they are about, claimed without waiting for another's lock."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import select, text
from sqlalchemy.engine import Row

from dialer.store.models import new_id
from dialer.store.models.messaging import CarrierEvent, Message
from dialer.store.quick import Quick
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class DueEvent:
    """One event whose turn it is. `about_id` is what our own address named."""

    id: uuid.UUID
    sid: str
    about_id: uuid.UUID | None
    status: str
    error_code: int | None
    received_at: dt.datetime
    tries: int


@dataclass(frozen=True, slots=True)
class TextNow:
    """What an event has to know of a text."""

    id: uuid.UUID
    state: str
    carrier_sid: str | None
    number: str | None = field(repr=False)
    contact_id: uuid.UUID | None
    blast_id: uuid.UUID | None
    campaign_id: uuid.UUID | None
    purpose: str | None
    sender: str | None = field(repr=False)
    skip_reason: str | None


_KEEP: Final = Quick(
    """
    WITH kept AS (
        INSERT INTO carrier_event (organisation_id, id, name, kind, sid, about_id, status, error_code,
            payload, received_at, due_at)
        SELECT CAST(:organisation AS uuid), v.id, v.name, CAST(:kind AS text), v.sid, v.about_id, v.status,
            v.error_code, v.payload, CAST(:now AS timestamptz), CAST(:now AS timestamptz)
        FROM jsonb_to_recordset(CAST(:told AS jsonb))
             AS v(id uuid, name text, sid text, about_id uuid, status text, error_code int, payload jsonb)
        ON CONFLICT (organisation_id, name) DO NOTHING
        RETURNING 1
    )
    SELECT count(*) FROM kept
    """
)


def keep_events(unit: UnitOfWork, kind: str, told: Sequence[Mapping[str, object]], now: dt.datetime) -> int:
    """Keep events whose name is new, in one statement; how many.

    Each has a `name`, `sid`, `about_id` (our own id, where the address named it), `status`, `error_code` and
    `payload`.
    """
    rows = json.dumps([{"id": new_id(), **each} for each in told], default=str)
    given = {"organisation": unit.organisation_id, "kind": kind, "now": now, "told": rows}
    return int(_KEEP.rows(unit.session, given)[0][0])


def claim_due(unit: UnitOfWork, kind: str, now: dt.datetime, limit: int) -> list[DueEvent]:
    """Lock what is due, the longest due first; what another transaction works on is passed over."""
    rows = unit.session.execute(
        select(
            CarrierEvent.id,
            CarrierEvent.sid,
            CarrierEvent.about_id,
            CarrierEvent.status,
            CarrierEvent.error_code,
            CarrierEvent.received_at,
            CarrierEvent.tries,
        )
        .where(
            CarrierEvent.organisation_id == unit.organisation_id,
            CarrierEvent.kind == kind,
            CarrierEvent.applied_at.is_(None),
            CarrierEvent.due_at <= now,
        )
        .order_by(CarrierEvent.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [DueEvent(*row) for row in rows]


def find_messages(unit: UnitOfWork, events: Sequence[DueEvent]) -> dict[uuid.UUID, uuid.UUID]:
    """The text that each event is about, by event: the one our address named, else whose SID it is."""
    named = {event.about_id for event in events if event.about_id is not None}
    ours = set(
        unit.session.scalars(
            select(Message.id).where(
                Message.organisation_id == unit.organisation_id,
                Message.id.in_(named),
                Message.direction == "outbound",
            )
        )
    )
    known = message_ids_by_sid(unit, {event.sid for event in events if event.about_id not in ours})
    found = {event.id: event.about_id if event.about_id in ours else known.get(event.sid) for event in events}
    return {event_id: message_id for event_id, message_id in found.items() if message_id is not None}


def message_ids_by_sid(unit: UnitOfWork, sids: Collection[str]) -> dict[str, uuid.UUID]:
    """The texts that have these SIDs, in either direction."""
    if not sids:
        return {}
    rows = unit.session.execute(
        select(Message.carrier_sid, Message.id).where(
            Message.organisation_id == unit.organisation_id, Message.carrier_sid.in_(sids)
        )
    )
    return {row.carrier_sid: row.id for row in rows if row.carrier_sid is not None}


def claim_messages(unit: UnitOfWork, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, TextNow]:
    """Lock these texts; those that somebody else is just writing to are left out."""
    rows = unit.session.execute(
        select(
            Message.id,
            Message.state,
            Message.carrier_sid,
            Message.number,
            Message.contact_id,
            Message.blast_id,
            Message.campaign_id,
            Message.purpose,
            Message.sender,
            Message.skip_reason,
        )
        .where(Message.organisation_id == unit.organisation_id, Message.id.in_(ids))
        .order_by(Message.id)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return {row["id"]: TextNow(**row) for row in rows.mappings()}


_MOVE = text(
    """
    UPDATE message AS m
    SET state = v.state,
        carrier_sid = coalesce(m.carrier_sid, v.sid),
        sent_at = coalesce(m.sent_at, v.at),
        delivered_at = CASE WHEN v.state = 'delivered' THEN v.at END,
        error_code = v.error_code,
        error_detail = NULL,
        reconcile_at = CASE WHEN v.state = 'sent' THEN v.at + make_interval(secs => :reconcile_after_s) END,
        cost = coalesce(m.cost, m.reckoned, round(m.segments * CAST(:price AS numeric), 5)),
        cost_currency = coalesce(m.cost_currency, :currency),
        lease = NULL, leased_until = NULL, next_look_at = NULL
    FROM unnest(CAST(:ids AS uuid[]), CAST(:befores AS text[]), CAST(:states AS text[]),
                CAST(:sids AS text[]), CAST(:ats AS timestamptz[]), CAST(:error_codes AS int[]))
         AS v(id, before, state, sid, at, error_code)
    WHERE m.organisation_id = :organisation AND m.id = v.id AND m.state = v.before
    RETURNING m.id, m.blast_id, m.campaign_id, m.purpose, m.sender, m.cost_currency, m.sent_at, m.segments,
              m.cost, coalesce(m.reckoned, m.cost) AS reckoned, m.error_code,
              coalesce(m.attempted_at, m.created_at) AS tried_at
    """
)


def move_messages(
    unit: UnitOfWork, columns: dict[str, list[Any]], terms: dict[str, Any]
) -> dict[uuid.UUID, Row[Any]]:
    """Move texts on in one statement, each only from the state it was seen in; what those that moved cost.

    `columns` holds `ids`, `befores`, `states`, `sids`, `ats` and `error_codes`, in one order; `terms` what a
    segment usually costs (`price`, `currency`), for one that passed no gate, and `reconcile_after_s`.
    """
    parameters = {"organisation": unit.organisation_id, **terms, **columns}
    return {row.id: row for row in unit.session.execute(_MOVE, parameters)}
