"""What follows a claim of a number, whoever claims it: a volunteer's page, or the dialler."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import and_, select

from dialer.domain.contact_gate import Refusal, Verdict
from dialer.store.models.calling import Campaign, Script, ScriptVersion
from dialer.store.queries import queue
from dialer.store.queries.queue import Claim
from dialer.store.session import UnitOfWork


def set_aside(unit: UnitOfWork, claim: Claim, verdicts: Sequence[Verdict]) -> None:
    """A number on which nobody may be called: until the first may, out for a reason, or done."""
    moments = [verdict.until for verdict in verdicts if verdict.until]
    reasons = [verdict.refusal for verdict in verdicts if verdict.refusal]
    if moments:
        queue.put_off(unit, claim.entry_id, min(moments))
    elif set(reasons) <= {Refusal.OVER, Refusal.OTHER_NUMBER}:
        queue.set_done(unit, claim.entry_id)
    else:
        queue.set_out(unit, claim.entry_id, next(r for r in reasons if r is not Refusal.OVER))


def current_version(unit: UnitOfWork, campaign: Campaign) -> uuid.UUID | None:
    """The version of its script that a campaign goes by now."""
    if campaign.script_id is None:
        return None
    return unit.session.scalar(
        select(ScriptVersion.id)
        .join(
            Script,
            and_(
                Script.organisation_id == ScriptVersion.organisation_id,
                Script.id == ScriptVersion.script_id,
                Script.version == ScriptVersion.version,
            ),
        )
        .where(Script.organisation_id == unit.organisation_id, Script.id == campaign.script_id)
    )
