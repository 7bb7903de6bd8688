"""Pledges, turnout, results, texts and calls for an export: a statement each, read through a cursor."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from dialer.domain.pledge import FACTS
from dialer.store.queries.export_contacts import People
from dialer.store.queries.export_reading import AT_ONCE, within

_RECORDS: Final = """
    SELECT v.contact_id, v.election_id, c.elector_number, c.first_name, c.last_name, c.polling_district,
        c.postcode, v.learned_campaign_id AS campaign_id, v.support, v.voting_method, v.planned_at,
        v.needs_lift, v.id_ready, v.learned_source AS source, v.learned_at AS at, v.learned_by AS by,
        v.voted_at, v.voted_source
    FROM voter_record AS v
    JOIN contact AS c ON c.organisation_id = v.organisation_id AND c.id = v.contact_id
    WHERE v.organisation_id = :organisation AND v.election_id = :election
"""
_RESULTS: Final = """
    SELECT r.id, r.campaign_id, r.contact_id, c.elector_number, c.first_name, c.last_name,
        r.number AS phone, r.disposition, r.support, r.voting_method, r.callback_at, r.notes, r.late, r.at,
        a.name AS by
    FROM result AS r
    JOIN contact AS c ON c.organisation_id = r.organisation_id AND c.id = r.contact_id
    LEFT JOIN account AS a ON a.organisation_id = r.organisation_id AND a.id = r.account_id
    WHERE r.organisation_id = :organisation AND r.superseded_at IS NULL AND r.voided_at IS NULL
        AND NOT r.implied
"""
_DOORS: Final = """
    SELECT d.id, d.campaign_id, d.contact_id, c.elector_number, c.first_name, c.last_name, c.address,
        c.postcode, c.polling_district, d.outcome, d.support, d.voting_method, d.needs_lift, d.id_ready,
        d.language, d.note, d.at, d.recorded_at, a.name AS by
    FROM door_result AS d
    JOIN contact AS c ON c.organisation_id = d.organisation_id AND c.id = d.contact_id
    LEFT JOIN account AS a ON a.organisation_id = d.organisation_id AND a.id = d.account_id
    WHERE d.organisation_id = :organisation AND d.undone_at IS NULL
"""
_MESSAGES: Final = """
    SELECT m.id, m.blast_id, m.campaign_id, m.contact_id, m.direction, m.purpose, m.sender, m.number,
        m.body, m.state, m.segments, m.encoding, m.error_code, m.error_detail, m.bounce,
        m.carrier_sid, m.cost, m.cost_currency, m.skip_reason, m.created_at, m.sent_at, m.delivered_at,
        m.inbound_class, m.inbound_rule, ARRAY(
            SELECT one ->> 'content_type' FROM jsonb_array_elements(m.attachments) AS one
        ) AS attachments, m.pressed_at,
        CASE WHEN m.pressed_at IS NOT NULL THEN (
            SELECT b.account_id FROM text_batch AS b
            WHERE b.organisation_id = m.organisation_id AND b.id = m.batch_id
        ) END AS pressed_by, '/p/' || m.picture_code AS picture_path, m.channel, m.subject,
        CASE WHEN l.id IS NOT NULL THEN coalesce(l.sender, '') END AS letter_sender,
        CASE WHEN l.id IS NOT NULL THEN coalesce(l.sender_name, '') END AS letter_sender_name,
        CASE WHEN l.id IS NOT NULL THEN coalesce(l.reply_to, '') END AS letter_reply_to,
        l.doubt AS letter_doubt, opened.clicked_at, coalesce(opened.clicks, 0) AS clicks
    FROM message AS m
    LEFT JOIN incoming_letter AS l ON l.organisation_id = m.organisation_id AND l.message_id = m.id
    LEFT JOIN LATERAL (
        SELECT min(x.clicked_at) AS clicked_at, CAST(sum(x.clicks) AS integer) AS clicks
        FROM link_code AS x
        JOIN link AS k ON k.organisation_id = x.organisation_id AND k.id = x.link_id
        WHERE m.purpose = 'blast' AND x.organisation_id = m.organisation_id AND x.contact_id = m.contact_id
            AND x.clicked_at IS NOT NULL AND k.blast_id = m.blast_id
    ) AS opened ON true
    WHERE m.organisation_id = :organisation
"""
_CALLS: Final = """
    SELECT k.id, k.campaign_id, k.contact_id, k.assignment_id, k.direction, k.mode, k.number, k.caller_id,
        k.state, k.end_reason, k.answered_by, k.duration_s, k.cost, k.cost_currency, k.carrier_sid,
        k.created_at, k.contact_rung_at, k.answered_at, k.parted_at, k.ended_at, k.why,
        (SELECT g.id FROM recording AS g
         WHERE g.organisation_id = k.organisation_id AND g.call_id = k.id) AS recording_id
    FROM call AS k WHERE k.organisation_id = :organisation
"""
_KNOWN: Final = f"AND num_nonnulls({', '.join(f'v.{fact}' for fact in FACTS)}) > 0"
_TAKEN: Final = {
    "pledges": (_RECORDS + _KNOWN, "v.contact_id", "v.learned_campaign_id", "v.contact_id"),
    "turnout": (_RECORDS + "AND v.voted_at IS NOT NULL", "v.contact_id", None, "v.contact_id"),
    "results": (_RESULTS, "r.contact_id", "r.campaign_id", "r.at, r.id"),
    "door_results": (_DOORS, "d.contact_id", "d.campaign_id", "d.at, d.id"),
    "messages": (_MESSAGES, "m.contact_id", "m.campaign_id", "m.id"),
    "calls": (_CALLS, "k.contact_id", "k.campaign_id", "k.id"),
}
"""Of each kind: statement, whose it is, which campaign's (None: that of the people in its lists), order."""


def read_records(session: Session, kind: str, people: People) -> Iterator[Row[Any]]:
    """Everything of a kind that is about these people, or of their campaign; a thousand in hand at a time."""
    statement, contact, campaign, order = _TAKEN[kind]
    by_lists: uuid.UUID | None = people.campaign_id
    if campaign is not None and by_lists is not None:
        statement, by_lists = f"{statement} AND {campaign} = :campaign", None
    statement += within(contact, by_lists, people.list_id)
    return iter(
        session.execute(
            text(f"{statement} ORDER BY {order}"),
            people.parameters(),
            execution_options={"yield_per": AT_ONCE},
        )
    )
