"""People of an export of ours that comes back: known by the id that we gave them, and nothing told twice."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.person import RULES, Match

_SAME_NUMBER: Final = "s.elector_number IS NOT DISTINCT FROM c.elector_number"
_HOLDER: Final = f"""
    SELECT holder.id FROM contact AS holder
    WHERE holder.organisation_id = :organisation AND holder.register = :register
      AND holder.elector_key = s.elector_key AND NOT ({_SAME_NUMBER})
"""
_ID_IS_TAKEN: Final = """
    SELECT FROM contact AS other
    WHERE other.organisation_id = :organisation AND other.id_source = :source
      AND other.external_id = s.external_id
"""
# A figure or a yes in a custom field comes back as its text: that is no change.
_NEW_CUSTOM: Final = """
    SELECT jsonb_object_agg(given.key, given.value) FROM jsonb_each_text(s.custom) AS given(key, value)
    WHERE given.value IS DISTINCT FROM c.custom ->> given.key
"""
# Whatever election it is about: the file says when it was told, to the second.
_TOLD: Final = """
    SELECT FROM voter_record AS known
    WHERE known.organisation_id = :organisation AND known.contact_id = c.id
"""
_SUPPORT_TOLD: Final = f"""EXISTS ({_TOLD} AND known.support = s.support
    AND (s.support_at IS NULL OR date_trunc('second', known.learned_at) = s.support_at))"""
_VOTE_TOLD: Final = f"""EXISTS ({_TOLD} AND known.voted_at IS NOT NULL
    AND (s.voted_at IS NULL OR date_trunc('second', known.voted_at) = s.voted_at))"""
_METHOD_TOLD: Final = f"EXISTS ({_TOLD} AND known.voting_method = s.voting_method)"
_FIND_OWN: Final = f"""
    UPDATE import_stage AS s SET
        fate = 'matched', why = {RULES.index(Match.DIALER_ID)}, first_row = NULL, renumbered = false,
        holder_id = ({_HOLDER}),
        external_id = CASE WHEN c.external_id IS NULL AND s.first_row IS NULL AND NOT EXISTS ({_ID_IS_TAKEN})
            THEN s.external_id END,
        elector_number = CASE WHEN NOT ({_SAME_NUMBER}) THEN s.elector_number END,
        elector_key = CASE WHEN NOT ({_SAME_NUMBER}) THEN s.elector_key END,
        custom = ({_NEW_CUSTOM}),
        support = CASE WHEN NOT {_SUPPORT_TOLD} THEN s.support END,
        voting_method = CASE WHEN NOT {_METHOD_TOLD} THEN s.voting_method END,
        voted = s.voted AND NOT {_VOTE_TOLD}
    FROM contact AS c
    WHERE c.organisation_id = :organisation AND c.id = s.contact_id
"""


def find_own(session: Session, parameters: dict[str, Any]) -> int:
    """Find the staged people who are here by our own id; returns how many they are.

    What they are known by already is taken out of their rows: an elector number stays in its register, an
    external id with its source, and a vote is not told again by the file.
    """
    return session.connection().execute(text(_FIND_OWN), parameters).rowcount
