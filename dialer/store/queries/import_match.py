"""Find out, for a whole staged chunk at once, who is new, known already, or a repetition.

It says in SQL what `dialer.domain.person.match` says in words; a test holds the two together.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.person import RULES, Match
from dialer.store.models.people import STANDS_IN, stands_in
from dialer.store.queries.import_changes import RETURNED, recorded
from dialer.store.queries.import_own import find_own


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose list is merged, for which import, and which register and source its numbers are from."""

    organisation_id: uuid.UUID
    import_id: uuid.UUID
    register: str
    id_source: str
    own: bool = False
    """Whether the list is an export of ours, whose people are known by our own ids."""

    def parameters(self) -> dict[str, Any]:
        """The names that the statements use."""
        return {
            "organisation": self.organisation_id,
            "import": self.import_id,
            "register": self.register,
            "source": self.id_source,
        }


_OTHER_ID: Final = """(s.external_id IS NOT NULL AND c.external_id IS NOT NULL
    AND c.id_source = :source AND c.external_id <> s.external_id)"""
# Whoever holds the very number has been looked at by then, and is the same person by that or somebody else.
_OTHER_ELECTOR: Final = """(s.elector_key IS NOT NULL AND c.elector_key IS NOT NULL
    AND c.register = :register)"""
_SOMEBODY_ELSE: Final = """(s.first_key IS NOT NULL AND s.last_key IS NOT NULL
    AND c.first_key <> '' AND c.last_key <> '' AND c.first_key <> s.first_key AND c.last_key <> s.last_key)"""

CROWD: Final = 5
"""A name, or else a number, that more people than this share is no way to find one of them."""

# Each looks one row up by index, whatever the planner believes of tables that have just grown.
_BY_EXTERNAL_ID: Final = """
    SELECT c.id FROM contact AS c
    WHERE c.organisation_id = :organisation AND c.id_source = :source AND c.external_id = s.external_id
    LIMIT 1
"""
_HOLDER: Final = f"""
    SELECT c.id, NOT {_OTHER_ID} AND NOT {_SOMEBODY_ELSE} AS is_same FROM contact AS c
    WHERE c.organisation_id = :organisation AND c.register = :register AND c.elector_key = s.elector_key
    LIMIT 1
"""
_ON_THE_PHONE: Final = f"""
    SELECT p.contact_id FROM unnest(s.numbers) AS reach(number) CROSS JOIN LATERAL (
        SELECT p.contact_id FROM contact_phone AS p
        WHERE p.organisation_id = :organisation AND p.number = reach.number LIMIT {CROWD + 1}
    ) AS p
"""
_SAME_NAME: Final = f"c.name_key = s.name_key AND NOT {_OTHER_ID} AND NOT {_OTHER_ELECTOR}"
# Whoever stands in the row's own register has another number there, and so is somebody else: the index itself
# leaves them out, and no row is read for them.
_NAMESAKE: Final = f"""c.organisation_id = :organisation AND c.name_key = s.name_key
    AND {STANDS_IN.format(person="c.")} = ANY (
        CAST(CASE WHEN s.elector_key IS NULL THEN :everywhere ELSE :elsewhere END AS text[]))"""
_BY_FEW_ON_THE_PHONE: Final = f"""
    SELECT c.id FROM contact AS c
    WHERE c.organisation_id = :organisation AND c.id = ANY (reach.people) AND {_SAME_NAME}
    ORDER BY c.id LIMIT 1
"""
_REACHED: Final = """EXISTS (
        SELECT FROM contact_phone AS p
        WHERE p.organisation_id = :organisation AND p.contact_id = c.id AND p.number = ANY (s.numbers))"""
_BY_NAME_AND_PHONE: Final = f"""
    SELECT c.id FROM (SELECT * FROM contact AS c WHERE {_NAMESAKE} OFFSET 0) AS c
    WHERE {_SAME_NAME} AND {_REACHED}
    ORDER BY c.id LIMIT 1
"""
_BY_FEW_NAMESAKES: Final = """
    SELECT p.contact_id FROM contact_phone AS p
    WHERE p.organisation_id = :organisation AND p.contact_id = ANY (named.people)
      AND p.number = ANY (s.numbers)
    ORDER BY p.contact_id LIMIT 1
"""
# Most new people are alone with their name, or nearly: one look by it answers for all their numbers.
_NAMESAKES: Final = f"""
    SELECT count(*) AS count, array_agg(c.id) FILTER (WHERE c.may_be) AS people FROM (
        SELECT c.id, NOT {_OTHER_ID} AS may_be FROM contact AS c WHERE {_NAMESAKE} LIMIT {CROWD + 1}
    ) AS c
"""
_BY_MANY_NAMESAKES: Final = f"""
    SELECT CASE WHEN cardinality(reach.people) BETWEEN 1 AND {CROWD} THEN ({_BY_FEW_ON_THE_PHONE})
        WHEN cardinality(reach.people) > {CROWD} THEN ({_BY_NAME_AND_PHONE}) END
    FROM (SELECT ARRAY({_ON_THE_PHONE}) AS people OFFSET 0) AS reach
"""
_BY_PHONE: Final = f"""
    SELECT CASE WHEN named.count > {CROWD} THEN ({_BY_MANY_NAMESAKES})
        WHEN named.people IS NOT NULL THEN ({_BY_FEW_NAMESAKES}) END
    FROM ({_NAMESAKES} OFFSET 0) AS named
    WHERE s.numbers IS NOT NULL
"""
_BY_EMAIL: Final = f"""
    SELECT c.id FROM contact AS c
    WHERE c.organisation_id = :organisation AND c.email_key = s.email_key AND {_SAME_NAME}
      AND (s.numbers IS NULL OR NOT EXISTS (
          SELECT FROM contact_phone AS p
          WHERE p.organisation_id = :organisation AND p.contact_id = c.id AND p.removed_at IS NULL))
    ORDER BY c.id LIMIT 1
"""
# Of two who would fit, father and son perhaps, neither is it; nor where two rows would be the same one.
ADDRESS: Final = "regexp_replace(lower({0}.address || coalesce({0}.postcode, '')), '[^a-z0-9]', '', 'g')"
"""The letters and digits of somebody's address, as it is compared."""

_SAME_ADDRESS: Final = f"{ADDRESS.format('c')} = s.address_key"
_BY_NAME_AND_ADDRESS: Final = f"""
    SELECT CASE WHEN count(*) = 1 THEN min(c.id::text) END FROM (
        SELECT * FROM contact AS c WHERE {_NAMESAKE} OFFSET 0
    ) AS c
    WHERE s.alike = 1 AND s.elector_key IS NOT NULL AND s.name_key <> '' AND s.address_key <> ''
      AND c.elector_key IS NOT NULL AND c.register <> :register AND NOT {_OTHER_ID} AND {_SAME_ADDRESS}
      AND (c.date_of_birth IS NULL OR s.date_of_birth IS NULL OR c.date_of_birth = s.date_of_birth)
"""
_REGISTERS: Final = """
    WITH RECURSIVE known AS (
        (SELECT register FROM contact
         WHERE organisation_id = :organisation AND elector_key IS NOT NULL ORDER BY register LIMIT 1)
        UNION ALL
        SELECT (SELECT c.register FROM contact AS c
            WHERE c.organisation_id = :organisation AND c.elector_key IS NOT NULL
              AND c.register > known.register ORDER BY c.register LIMIT 1)
        FROM known WHERE known.register IS NOT NULL
    )
    SELECT register FROM known WHERE register IS NOT NULL
"""
_ANY_ELECTORS: Final = "SELECT EXISTS (SELECT FROM import_stage WHERE elector_key IS NOT NULL)"

# In the order of the rules. What is found carries its rule before it, as one digit.
_WAYS: Final = {
    Match.EXTERNAL_ID: f"({_BY_EXTERNAL_ID})",
    Match.ELECTOR: "CASE WHEN holder.is_same THEN holder.id END",
    Match.NAME_AND_ADDRESS: f"({_BY_NAME_AND_ADDRESS})",
    Match.PHONE: f"({_BY_PHONE})",
    Match.EMAIL: f"({_BY_EMAIL})",
}
# `alike`: so many rows of the chunk could be this one by name, address and what is known of their birth.
_STAGED_WITH_ADDRESSES: Final = f"""(
    SELECT *, CASE WHEN date_of_birth IS NULL THEN count(*) FILTER (WHERE fate = 'created') OVER same
        ELSE count(*) FILTER (WHERE fate = 'created' AND date_of_birth IS NULL) OVER same
            + count(*) FILTER (WHERE fate = 'created') OVER (
                PARTITION BY name_key, address_key, date_of_birth) END AS alike
    FROM (
        SELECT *, ctid AS place, {ADDRESS.format("import_stage")} AS address_key FROM import_stage
    ) AS keyed
    WINDOW same AS (PARTITION BY name_key, address_key))"""


def _find(rules: Iterable[Match], staged: str, place: str) -> str:
    """Rows are staged as new people; only those that turn out to be known are written again."""
    ways = ", ".join(f"'{RULES.index(rule)}' || {_WAYS[rule]}" for rule in rules)
    return f"""
        UPDATE import_stage AS s SET
            contact_id = coalesce(CAST(substr(found.id, 2) AS uuid), s.contact_id),
            fate = CASE WHEN found.id IS NULL THEN s.fate ELSE 'matched' END,
            why = CAST(left(found.id, 1) AS smallint),
            holder_id = found.holder_id
        FROM (
            SELECT {place} AS place, holder.id AS holder_id, coalesce({ways}) AS id
            FROM {staged} AS s
            LEFT JOIN LATERAL ({_HOLDER}) AS holder ON true
            WHERE s.fate = 'created' OFFSET 0
        ) AS found
        WHERE s.ctid = found.place AND (found.id IS NOT NULL OR found.holder_id IS NOT NULL)
    """


_FIND: Final = _find([rule for rule in _WAYS if rule is not Match.NAME_AND_ADDRESS], "import_stage", "s.ctid")
_FIND_RENUMBERED: Final = _find(_WAYS, _STAGED_WITH_ADDRESSES, "s.place")
# Somebody gone from the register is sought before numbers go over to others, and never made.
_FIND_GONE: Final = f"""
    UPDATE import_stage AS s SET gone_id = found.id
    FROM (
        SELECT s.ctid AS place, coalesce(({_BY_EXTERNAL_ID}),
            CASE WHEN holder.is_same THEN holder.id END, ({_BY_PHONE}), ({_BY_EMAIL})) AS id
        FROM import_stage AS s
        LEFT JOIN LATERAL ({_HOLDER}) AS holder ON true
        WHERE s.fate = 'gone' OFFSET 0
    ) AS found
    WHERE s.ctid = found.place AND found.id IS NOT NULL
"""
_KNOWN_TWICE: Final = """
    UPDATE import_stage AS s SET fate = 'duplicate'
    FROM (
        SELECT ctid AS place, contact_id, row_number() OVER (PARTITION BY contact_id ORDER BY "row") AS nth
        FROM import_stage WHERE fate = 'matched'
    ) AS ranked
    WHERE s.ctid = ranked.place AND (ranked.nth > 1 OR EXISTS (
        SELECT FROM import_contact AS seen
        WHERE seen.organisation_id = :organisation AND seen.import_id = :import
          AND seen.contact_id = ranked.contact_id OFFSET 0))
"""
# An elector number that another contact holds: whoever is in this file already keeps it,
# everybody else loses it to the person whom the newer register gives it to.
_HELD_BY_ANOTHER: Final = """
    s.fate IN ('created', 'matched') AND s.holder_id IS NOT NULL AND s.holder_id IS DISTINCT FROM s.contact_id
"""
_LOSE_TO_EARLIER_ROW: Final = f"""
    UPDATE import_stage AS s
    SET elector_number = NULL, elector_key = NULL, holder_id = NULL, renumbered = true
    WHERE {_HELD_BY_ANOTHER} AND (
        s.holder_id IN (SELECT contact_id FROM import_stage WHERE first_row IS NULL)
        OR EXISTS (
            SELECT FROM import_contact AS seen
            WHERE seen.organisation_id = :organisation AND seen.import_id = :import
              AND seen.contact_id = s.holder_id OFFSET 0))
"""
_MARK_TAKEN: Final = f"UPDATE import_stage AS s SET renumbered = true WHERE {_HELD_BY_ANOTHER}"
_TAKE_NUMBER: Final = recorded(f"""
    UPDATE contact AS c SET elector_number = NULL, elector_key = NULL
    WHERE organisation_id = :organisation
      AND id = ANY(ARRAY(SELECT s.holder_id FROM import_stage AS s WHERE {_HELD_BY_ANOTHER}))
    RETURNING {RETURNED}
""")
_REFUSE_NAMELESS: Final = """
    UPDATE import_stage SET fate = 'rejected', contact_id = NULL
    WHERE fate = 'created' AND renumbered AND external_id IS NULL AND elector_key IS NULL
      AND numbers IS NULL AND email IS NULL
"""
_FOLLOW_FIRST: Final = """
    UPDATE import_stage AS s SET contact_id = first.contact_id,
        fate = CASE WHEN first.fate = 'rejected' THEN 'rejected' ELSE 'duplicate' END
    FROM import_stage AS first WHERE s.first_row = first."row"
"""

_OF_KNOWN: Final = (_KNOWN_TWICE, _LOSE_TO_EARLIER_ROW, _MARK_TAKEN, _TAKE_NUMBER)


_HOLD_HALF: Final = "SELECT pg_advisory_xact_lock(hashtextextended(:half || ':' || :organisation, 0))"
_HALVES: Final = ("people", "people beside")


def hold_people(session: Session, organisation_id: uuid.UUID) -> None:
    """Let nobody else decide who is who in this organisation until the transaction ends."""
    for half in _HALVES:
        _hold_half(session, organisation_id, half)


def hold_people_together(first: Session, second: Session, organisation_id: uuid.UUID) -> None:
    """Let nobody but these two decide who is who in this organisation, until both their transactions end.

    Each holds a half, and neither may look anybody up before both do: then whoever held a half before, an
    import whose other half was lost perhaps, has ended. Everybody takes the halves in the same order.
    """
    for session, half in zip((first, second), _HALVES, strict=True):
        _hold_half(session, organisation_id, half)


def _hold_half(session: Session, organisation_id: uuid.UUID, half: str) -> None:
    session.execute(text(_HOLD_HALF), {"half": half, "organisation": str(organisation_id)})


def match_stage(session: Session, scope: Scope) -> None:
    """Give every staged row its contact and its fate: created, matched, duplicate or rejected.

    Rows of people gone from the register stay `gone`, with the contact whom they name, if any.
    """
    settle_fates(session, scope, known=find_known(session, scope))


def other_registers(session: Session, scope: Scope) -> list[str]:
    """Which registers people's elector numbers are from, but for the staged rows' own."""
    known = session.scalars(text(_REGISTERS), scope.parameters())
    return [register for register in known if register != scope.register]


def may_be_renumbered(session: Session, others: Sequence[str]) -> bool:
    """Whether there are rows and people with elector numbers of different registers at all: seldom."""
    return bool(others and session.scalar(text(_ANY_ELECTORS)))


def find_known(session: Session, scope: Scope) -> bool:
    """Find who of the staged people is here already; whether anybody is, or has a number that one brings.

    Whoever gives people elector numbers holds the people meanwhile, so that no register is added beside this.
    """
    others = other_registers(session, scope)
    elsewhere = [stands_in(None), *map(stands_in, others)]
    everywhere = [*elsewhere, stands_in(scope.register)]
    parameters = scope.parameters() | {"elsewhere": elsewhere, "everywhere": everywhere}
    gone = session.connection().execute(text(_FIND_GONE), parameters).rowcount
    ours = find_own(session, parameters) if scope.own else 0
    find = _FIND_RENUMBERED if may_be_renumbered(session, others) else _FIND
    return bool(gone + ours + session.connection().execute(text(find), parameters).rowcount)


def settle_fates(session: Session, scope: Scope, *, known: bool, repeats: bool = True) -> None:
    """Give every staged row its fate by what was found. Where anybody is `known`, others are to wait; where
    no row `repeats` another, none follows what became of that.
    """
    statements = (*(_OF_KNOWN if known else ()), _REFUSE_NAMELESS, *((_FOLLOW_FIRST,) if repeats else ()))
    for statement in statements:
        session.execute(text(statement), scope.parameters())
