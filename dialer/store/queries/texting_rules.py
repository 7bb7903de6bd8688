"""Parts of the gate's rules in SQL that more than one statement asks; `dialer.domain` says them in words.

They speak of a contact `c`, and of its voter record `v`.
"""

from __future__ import annotations

from typing import Final


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


TEXTS: Final = "x.direction = 'outbound' AND x.purpose IN ('blast', 'single', 'reply')"
"""The texts after which somebody has heard from us: not codes, help, confirmations and trials."""

TEXTED_AT: Final = "coalesce(x.sent_at, CASE WHEN x.state IN ('sending', 'unknown') THEN x.attempted_at END)"
"""When a text went out, or may have: one that is on the wire counts, so that two blasts at once are no way
to text somebody twice.
"""

RINGS: Final = "x.superseded_at IS NULL AND x.voided_at IS NULL"
"""The results by which somebody has heard from us."""


def heard_since(contact: str, number: str, since: str, besides: str = "true") -> str:
    """That somebody here was in touch after a moment: with this person, or by text with their number.

    The rule is `message_gate`'s; of texts it looks at those `besides` the one that is asked about.
    """
    texted = f"{TEXTS} AND {TEXTED_AT} > {since} AND {besides}"
    ways = (
        _some("message", f"x.contact_id = {contact} AND {texted}"),
        _some("message", f"x.number = {number} AND {texted}"),
        _some("result", f"x.contact_id = {contact} AND {RINGS} AND x.at > {since}"),
        _some("call", f"x.contact_id = {contact} AND x.direction = 'outbound' AND x.created_at > {since}"),
    )
    return f"({' OR '.join(ways)})"


def _some(table: str, condition: str) -> str:
    mine = "x.organisation_id = :organisation"
    return f"EXISTS (SELECT 1 FROM {table} x WHERE {mine} AND {condition})"  # noqa: S608 - words of ours


def not_mobile(number: str, landline: str) -> str:
    """That no text arrives at a number (`message_gate.takes_texts`)."""
    return (
        f"({landline} OR left({number}, 5) = '+4470'"
        f" OR (left({number}, 5) = '+4476' AND left({number}, 7) <> '+447624'))"
    )
