"""What the carrier heard of who answered a campaign's calls, and what volunteers found."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text

from dialer.store.session import UnitOfWork

_ANSWERED = text(
    """
    SELECT CASE WHEN c.machine THEN 'machine' WHEN NOT c.machine THEN 'human' ELSE 'nothing' END AS heard,
           count(*) FILTER (WHERE r.disposition NOT IN ('answering_machine', 'left_message')) AS people,
           count(*) FILTER (WHERE r.disposition IN ('answering_machine', 'left_message')) AS machines,
           count(*) FILTER (WHERE c.informed_at IS NOT NULL) AS informed,
           count(*) FILTER (
               WHERE c.machine AND c.joined_at IS NULL AND c.state = 'completed'
           ) AS cut,
           count(*) FILTER (WHERE d.played_at IS NOT NULL) AS left_messages
    FROM call c
    LEFT JOIN result r ON r.organisation_id = c.organisation_id AND r.assignment_id = c.assignment_id
         AND r.contact_id = c.contact_id AND r.superseded_at IS NULL AND r.voided_at IS NULL
         AND c.joined_at IS NOT NULL AND c.state <> 'abandoned'
    LEFT JOIN voicemail_drop d ON d.organisation_id = c.organisation_id AND d.call_id = c.id
    WHERE c.organisation_id = :organisation_id AND c.campaign_id = :campaign_id AND c.mode = 'dialled'
      AND c.answered_at >= :since AND c.id >= :from_id
    GROUP BY heard
    """
)


def answered_since(unit: UnitOfWork, campaign_id: uuid.UUID, since: dt.datetime) -> Sequence[Row[Any]]:
    """The campaign's dials that were answered since then, by what was heard: people and machines whom
    volunteers met, information messages, calls that ended with a machine and nobody, messages left on one.

    A call's id holds when it was made, an hour before it is answered at the most: so only the last day's are
    looked through.
    """
    made_ms = int((since - dt.timedelta(hours=1)).timestamp() * 1000)
    asked = {
        "organisation_id": unit.organisation_id,
        "campaign_id": campaign_id,
        "since": since,
        "from_id": uuid.UUID(int=max(0, made_ms) << 80),
    }
    return unit.session.execute(_ANSWERED, asked).all()
