"""Parts of the gate's rules in SQL that more than one statement asks; `dialer.domain` says them in words.

They speak of a contact `c`, and of its voter record `v`.
"""

from __future__ import annotations


def not_meant(audience: str, tags_any: str, tags_none: str) -> str:
    """That a blast isn't for this person, turnout and recent contact aside: `audience.is_meant` in SQL.

    Null where nothing is asked. `tags_any` and `tags_none` are those of the audience, as arrays.
    """
    return f"""(
           ({audience} ->> 'voted' = 'true' AND v.voted_at IS NULL)
        OR ({audience} ? 'support' AND NOT coalesce({audience} -> 'support' @> to_jsonb(v.support), false))
        OR ({audience} ? 'voting_methods'
            AND NOT coalesce({audience} -> 'voting_methods' ? v.voting_method, false))
        OR ({audience} ? 'tags_any' AND NOT c.tags && {tags_any})
        OR ({audience} ? 'tags_none' AND c.tags && {tags_none})
        OR ({audience} ? 'polling_districts'
            AND NOT {audience} -> 'polling_districts' ? upper(btrim(coalesce(c.polling_district, ''))))
    )"""


def has_voted(audience: str) -> str:
    """That a person is out because they have voted (`audience.has_voted`)."""
    return f"({audience} ->> 'voted' = 'false' AND v.voted_at IS NOT NULL)"


def not_mobile(number: str, landline: str) -> str:
    """That no text arrives at a number (`message_gate.takes_texts`)."""
    return (
        f"({landline} OR left({number}, 5) = '+4470'"
        f" OR (left({number}, 5) = '+4476' AND left({number}, 7) <> '+447624'))"
    )
