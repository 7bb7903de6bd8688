"""All that happened with one person, whatever table it stands in, in one order by time."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Row, text

from dialer.domain.timeline import Kind
from dialer.store.session import UnitOfWork

Key = tuple[dt.datetime, uuid.UUID, str]
"""Where a page ends: when, what, and which part of it, since an opt-out and its lifting share an id."""

_ANSWERS: Final = """
    (SELECT jsonb_agg(jsonb_build_object('question', n.node ->> 'text', 'answer', o.answer ->> 'label'))
     FROM answer a
     JOIN script_version s ON s.organisation_id = a.organisation_id AND s.id = a.script_version_id
     CROSS JOIN LATERAL jsonb_array_elements(s.nodes) AS n (node)
     CROSS JOIN LATERAL jsonb_array_elements(n.node -> 'answers') AS o (answer)
     WHERE a.organisation_id = r.organisation_id AND a.result_id = r.id
       AND n.node ->> 'id' = a.node_id AND o.answer ->> 'id' = a.answer_id)
"""
_RESULTS: Final = f"""
    SELECT 'result', r.at, r.id, r.account_id, r.campaign_id, r.notes,
           jsonb_build_object('disposition', r.disposition, 'support', r.support,
               'voting_method', r.voting_method, 'callback_at', r.callback_at, 'late', r.late,
               'implied', r.implied, 'corrected', r.superseded_at IS NOT NULL,
               'taken_back', r.voided_at IS NOT NULL, 'answers', {_ANSWERS})
    FROM result r WHERE r.organisation_id = :organisation AND r.contact_id = :contact
"""  # noqa: S608 - words of ours
_CALLS: Final = """
    SELECT 'call', c.created_at, c.id, c.account_id, c.campaign_id, NULL,
           jsonb_build_object('direction', c.direction, 'state', c.state, 'duration_s', c.duration_s)
    FROM call c
    WHERE c.organisation_id = :organisation AND c.contact_id = :contact
      AND NOT EXISTS (
          SELECT 1 FROM result r
          WHERE r.organisation_id = c.organisation_id AND r.assignment_id = c.assignment_id
            AND r.contact_id = c.contact_id
      )
"""
_DOORS: Final = """
    SELECT 'knocked', d.at, d.id, d.account_id, d.campaign_id, d.note,
           jsonb_build_object('outcome', d.outcome, 'support', d.support,
               'voting_method', d.voting_method, 'language', d.language,
               'taken_back', d.undone_at IS NOT NULL)
    FROM door_result d WHERE d.organisation_id = :organisation AND d.contact_id = :contact
"""
_MESSAGES: Final = """
    SELECT m.direction, m.created_at, m.id, m.created_by, m.campaign_id, NULL,
           jsonb_build_object('state', m.state, 'subject', m.subject, 'blast_id', m.blast_id,
               'class', m.inbound_class, 'conversation_id', v.id)
    FROM message m
    LEFT JOIN conversation v ON v.organisation_id = m.organisation_id AND v.number = m.number
    WHERE m.organisation_id = :organisation AND m.contact_id = :contact AND m.channel = 'CHANNEL'
"""
_PLEDGES: Final = """
    SELECT 'pledge', p.at, p.id, p.account_id, p.campaign_id, NULL,
           jsonb_build_object('support', p.support, 'before', (
                   SELECT q.support FROM pledge q
                   WHERE q.organisation_id = p.organisation_id AND q.election_id = p.election_id
                     AND q.contact_id = p.contact_id AND q.undone_at IS NULL AND q.support IS NOT NULL
                     AND (q.at, q.id) < (p.at, p.id)
                   ORDER BY q.at DESC, q.id DESC LIMIT 1
               ), 'voting_method', p.voting_method, 'planned_at', p.planned_at, 'needs_lift', p.needs_lift,
               'id_ready', p.id_ready, 'source', p.source,
               'dated', p.dated, 'taken_back', p.undone_at IS NOT NULL, 'election', e.name,
               'by_link', p.link_id IS NOT NULL)
    FROM election e
    JOIN pledge p ON p.organisation_id = e.organisation_id AND p.election_id = e.id
      AND p.contact_id = :contact
    WHERE e.organisation_id = :organisation
"""
_MARKS: Final = """
    SELECT WHAT, t.AT, t.id, t.account_id, NULL::uuid, t.REASON,
           jsonb_build_object('source', t.source, 'dated', t.dated, 'election', e.name,
               'taken_back', t.undone_at IS NOT NULL)
    FROM election e
    JOIN turnout_mark t ON t.organisation_id = e.organisation_id AND t.election_id = e.id
      AND t.contact_id = :contact
    WHERE e.organisation_id = :organisation AND t.AT IS NOT NULL
"""


def _marks(what: str, at: str, reason: str) -> str:
    return _MARKS.replace("WHAT", what).replace("t.AT", f"t.{at}").replace("t.REASON", reason)


_DECIDED: Final = """
    EXISTS (SELECT 1 FROM conversation v JOIN audit_entry a
        ON a.organisation_id = v.organisation_id AND a.object_kind = 'conversation'
        AND a.object_id = v.id::text AND a.action = 'conversation.decided' AND a.at = o.created_at
      WHERE v.organisation_id = m.organisation_id AND v.number = m.number)
"""
_SAID: Final = f"""
    (SELECT m.body FROM message m
     WHERE m.organisation_id = o.organisation_id AND m.contact_id = o.contact_id
       AND m.direction = 'inbound' AND m.channel = o.channel AND o.source = 'text'
       AND m.created_at <= o.created_at + interval '1 second'
       AND (m.inbound_class = 'opt_out' AND m.created_at > o.created_at - interval '5 minutes'
         OR m.inbound_class = 'review' AND {_DECIDED})
     ORDER BY m.id DESC LIMIT 1)
"""  # noqa: S608 - words of ours
"""What they wrote that made it: just then, or what somebody decided about just then. A no that the carrier
told us of, or that came by the API, has no such words, and older ones aren't put into their mouth.
"""
_BY_NUMBER: Final = """
    FROM contact_phone h
    JOIN suppression s ON s.organisation_id = h.organisation_id AND s.number = h.number
      AND s.opt_out_id IS NULL
    WHERE h.organisation_id = :organisation AND h.contact_id = :contact AND h.removed_at IS NULL
"""
_BY_EMAIL: Final = """
    FROM contact c
    JOIN suppression s ON s.organisation_id = c.organisation_id AND s.email = c.email_key
      AND s.opt_out_id IS NULL
    WHERE c.organisation_id = :organisation AND c.id = :contact
"""
_BAR: Final = """
    jsonb_build_object('channel', s.channel, 'source', s.source, 'reason', s.reason, 'number', s.number,
        'email', s.email, 'taken_back', s.lifted_at IS NOT NULL)
"""
_BARS: Final = [
    f"""
    SELECT '{what}', s.{at}, s.id, {by}, NULL::uuid, s.{note}, {_BAR} {whose} AND s.lifted_at {is_so}
    """
    for whose in (_BY_NUMBER, _BY_EMAIL)
    for what, at, by, note, is_so in (
        ("barred", "created_at", "s.created_by", "note", "IS NULL"),
        ("barred", "created_at", "s.created_by", "note", "IS NOT NULL"),
        ("unbarred", "lifted_at", "NULL::uuid", "lifted_reason", "IS NOT NULL"),
    )
]
"""Apart by whether they stand: each way has an index of its own."""
_OPT_OUTS: Final = f"""
    SELECT 'opt_out', o.created_at, o.id, o.created_by, NULL::uuid, coalesce(o.note, {_SAID}),
           jsonb_build_object('channel', o.channel, 'source', o.source)
    FROM opt_out o WHERE o.organisation_id = :organisation AND o.contact_id = :contact
    UNION ALL
    SELECT 'lifted', o.lifted_at, o.id, NULL, NULL, o.lifted_reason,
           jsonb_build_object('channel', o.channel, 'source', o.source)
    FROM opt_out o
    WHERE o.organisation_id = :organisation AND o.contact_id = :contact AND o.lifted_at IS NOT NULL
    UNION ALL {" UNION ALL ".join(_BARS)}
"""  # noqa: S608 - words of ours
_CONSENTS: Final = """
    SELECT 'consent', c.at, c.id, NULL::uuid, NULL::uuid, c.source,
           jsonb_build_object('channel', c.channel)
    FROM consent c WHERE c.organisation_id = :organisation AND c.contact_id = :contact
    UNION ALL
    SELECT 'withdrawn', c.withdrawn_at, c.id, NULL, NULL, c.source, jsonb_build_object('channel', c.channel)
    FROM consent c
    WHERE c.organisation_id = :organisation AND c.contact_id = :contact AND c.withdrawn_at IS NOT NULL
"""
_LINKS: Final = """
    SELECT 'clicked', x.clicked_at, l.id, NULL::uuid, l.campaign_id, l.target,
           jsonb_build_object('clicks', x.clicks, 'last_clicked_at', x.last_clicked_at,
               'blast_id', l.blast_id)
    FROM link_code x JOIN link l ON l.organisation_id = x.organisation_id AND l.id = x.link_id
    WHERE x.organisation_id = :organisation AND x.contact_id = :contact AND x.clicked_at IS NOT NULL
"""
_CONVERSATIONS: Final = """
    SELECT a.action, a.at, a.id, a.actor_id, NULL::uuid, a.reason,
           jsonb_build_object('conversation_id', v.id, 'for', a.changes ->> 'for',
               'opt_out', (a.changes ->> 'opt_out')::boolean)
    FROM conversation v
    JOIN audit_entry a ON a.organisation_id = v.organisation_id AND a.object_kind = 'conversation'
      AND a.object_id = v.id::text
    WHERE v.organisation_id = :organisation AND v.contact_id = :contact
      AND a.action IN ('conversation.handed_over', 'conversation.decided', 'conversation.closed',
          'conversation.assigned', 'conversation.given_to_campaign', 'number.blocked', 'number.unblocked')
"""
_NOTES: Final = """
    SELECT 'note', n.created_at, n.id, n.created_by, NULL::uuid, n.body,
           jsonb_build_object('conversation_id', v.id)
    FROM conversation v
    JOIN conversation_note n ON n.organisation_id = v.organisation_id AND n.conversation_id = v.id
    WHERE v.organisation_id = :organisation AND v.contact_id = :contact
"""
_IMPORTS: Final = """
    SELECT 'brought', coalesce(i.started_at, i.created_at), i.id, i.created_by, NULL::uuid, i.filename,
           jsonb_build_object('list_id', i.list_id)
    FROM contact c
    JOIN import i ON i.organisation_id = c.organisation_id AND i.id = c.created_by_import
    WHERE c.organisation_id = :organisation AND c.id = :contact
    UNION ALL
    SELECT 'changed', coalesce(i.started_at, i.created_at), i.id, i.created_by, NULL, i.filename,
           jsonb_build_object('list_id', i.list_id, 'undone', i.state = 'undone', 'fields', (
               SELECT jsonb_agg(name ORDER BY name) FROM jsonb_object_keys(x.after) AS name
               WHERE name <> 'updated_at' AND x.before -> name IS DISTINCT FROM x.after -> name
           ))
    FROM import_change x JOIN import i ON i.organisation_id = x.organisation_id AND i.id = x.import_id
    WHERE x.organisation_id = :organisation AND x.contact_id = :contact
"""
_CHANGES: Final = """
    SELECT a.action, a.at, a.id, a.actor_id, NULL::uuid, a.reason,
           jsonb_build_object('fields', a.changes -> 'fields')
    FROM audit_entry a
    WHERE a.organisation_id = :organisation AND a.object_kind = 'contact'
      AND a.object_id = CAST(:contact AS text)
      AND a.action IN ('contact.created', 'contact.changed', 'contact.renumbered')
"""

_PARTS: Final[Mapping[Kind, str]] = {
    Kind.CALL: f"{_RESULTS} UNION ALL {_CALLS}",
    Kind.DOOR: _DOORS,
    Kind.TEXT: _MESSAGES.replace("CHANNEL", "sms"),
    Kind.EMAIL: _MESSAGES.replace("CHANNEL", "email"),
    Kind.PLEDGE: _PLEDGES,
    Kind.TURNOUT: (
        _marks("'voted'", "at", "NULL")
        + " UNION ALL "
        + _marks("'taken_back'", "undone_at", "t.undone_reason")
    ),
    Kind.OPT_OUT: _OPT_OUTS,
    Kind.CONSENT: _CONSENTS,
    Kind.LINK: _LINKS,
    Kind.CONVERSATION: _CONVERSATIONS,
    Kind.NOTE: _NOTES,
    Kind.IMPORT: _IMPORTS,
    Kind.CHANGE: _CHANGES,
}
_PART: Final = """
    SELECT '{kind}' AS kind, part.*
    FROM ({part}) AS part (what, at, id, account_id, campaign_id, note, facts)
"""
_AFTER: Final = "WHERE (e.at, e.id, e.what) < (:at, CAST(:id AS uuid), CAST(:what AS text))"


def page_of_timeline(
    unit: UnitOfWork, contact_id: uuid.UUID, kinds: Sequence[Kind], after: Key | None, limit: int
) -> Sequence[Row[Any]]:
    """The next events of these kinds, the latest first, with the names of who did it and of the campaign.

    All of one person is read and put in order each time: that is hundreds of rows, by their keys.
    """
    parts = " UNION ALL ".join(_PART.format(kind=kind, part=_PARTS[kind]) for kind in kinds)
    statement = text(
        f"""
        SELECT e.*, account.name AS by, campaign.name AS campaign
        FROM ({parts}) AS e
        LEFT JOIN account ON account.organisation_id = :organisation AND account.id = e.account_id
        LEFT JOIN campaign ON campaign.organisation_id = :organisation AND campaign.id = e.campaign_id
        {_AFTER if after else ""}
        ORDER BY e.at DESC, e.id DESC, e.what DESC LIMIT :limit
        """  # noqa: S608 - words of ours
    )
    given: dict[str, object] = {"organisation": unit.organisation_id, "contact": contact_id, "limit": limit}
    if after is not None:
        given |= dict(zip(("at", "id", "what"), after, strict=True))
    return unit.session.execute(statement, given).all() if kinds else []
