"""A filter in SQL: what `dialer.domain.filters.matching` says of one person, asked of all at once.

A condition speaks of a contact `c`, and of what is known of it in the election asked about. Every value is
bound, and none stands in the statement; a property test holds the two together. Each condition is true or
false and never null, so that `NOT` means what it says.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from dialer.domain.filters import tree
from dialer.domain.filters.keys import FOLDED_FIELDS, draw_end, postcode_pattern, text_key
from dialer.domain.pledge import PLEDGED
from dialer.store.queries.texting_rules import not_mobile


def _some(table: str, condition: str) -> str:
    """That the contact has a row `x` of which the condition holds."""
    mine = "x.organisation_id = :organisation AND x.contact_id = c.id"
    return f"EXISTS (SELECT 1 FROM {table} AS x WHERE {mine} AND {condition})"  # noqa: S608 - words of ours


def _recorded(condition: str) -> str:
    """That the condition holds of the contact's voter record in the election."""
    return _some("voter_record", f"x.election_id = :election AND {condition}")


_STANDING: Final = "x.superseded_at IS NULL AND x.voided_at IS NULL"

_KEYS: Final = {
    **{name: f"lower(btrim(coalesce(c.{name}, '')))" for name in tree.TEXT_FIELDS},
    **{name: f"c.{name.removesuffix('_name')}_key" for name in FOLDED_FIELDS},
}
_POSTCODE: Final = """upper(btrim(coalesce(c.postcode, '')) COLLATE "C")"""

_CALLED: Final = (
    _some("result", f"{_STANDING}{{result}}"),
    _some("call", "x.direction = 'outbound'{created}"),
)
_TEXTED: Final = (_some("message", "x.direction = 'outbound' AND x.sent_at IS NOT NULL{sent}"),)
_TOUCHES: Final = {
    "called": _CALLED,
    "texted": _TEXTED,
    "contacted": (*_CALLED, *_TEXTED),
    "replied": (_some("message", "x.direction = 'inbound'{created}"),),
}
_GOT: Final = "x.purpose = 'blast' AND x.sent_at IS NOT NULL AND x.blast_id"
_OF_TEXTS: Final = """EXISTS (
        SELECT 1 FROM link l
        WHERE l.organisation_id = :organisation AND l.id = x.link_id AND l.blast_id = ANY ({texts})
    )"""
_TIMES: Final = {"result": "x.at", "created": "x.created_at", "sent": "x.sent_at"}

_LIVING: Final = "x.removed_at IS NULL AND x.dead_at IS NULL"
_NOT_MOBILE: Final = not_mobile("x.number", "x.line_type = 'landline'")
_REACHES: Final = {
    "phone": _some("contact_phone", _LIVING),
    "mobile": _some("contact_phone", f"{_LIVING} AND NOT {_NOT_MOBILE}"),
    "email": f"{_KEYS['email']} <> ''",
}

_FLAGS: Final = {
    "voted": _recorded("x.voted_at IS NOT NULL"),
    "pledged": _recorded(f"x.support IN {PLEDGED}"),
    # What somebody said of this election stands before what their own field says of any.
    "needs_lift": f"""({_recorded("x.needs_lift")}
        OR (c.needs_lift IS TRUE AND NOT {_recorded("x.needs_lift IS FALSE")}))""",
    "id_ready": _recorded("x.id_ready"),
}


def _suppressed(of: str) -> str:
    """That a no lies on a number or an address."""
    said = (
        "s.organisation_id = :organisation AND s.lifted_at IS NULL AND s.reason IN ('opt_out', 'complaint')"
    )
    return f"EXISTS (SELECT 1 FROM suppression s WHERE {of} AND {said} AND s.channel = ANY ({{channels}}))"  # noqa: S608 - words of ours


_OPTED_OUT: Final = (
    _some("opt_out", "x.lifted_at IS NULL AND x.channel = ANY ({channels})"),
    _some("contact_phone", f"x.removed_at IS NULL AND {_suppressed('s.number = x.number')}"),
    _suppressed("s.email = c.email_key"),
)

_LATER: Final = """EXISTS (
        SELECT 1 FROM result y
        WHERE y.organisation_id = :organisation AND y.contact_id = x.contact_id
          AND y.superseded_at IS NULL AND y.voided_at IS NULL AND (y.at, y.id) > (x.at, x.id)
    )"""
_LAST_RESULT: Final = _some("result", f"{_STANDING} AND x.disposition = ANY ({{values}}) AND NOT {_LATER}")
_NO_RESULT: Final = f"NOT {_some('result', _STANDING)}"


class Condition:
    """A filter as a condition, with the values that it binds."""

    def __init__(self, rule: tree.Filter, now: dt.datetime) -> None:
        self.given: dict[str, Any] = {}
        self._now = now
        self.sql = self._sql(rule)

    def _bind(self, value: object, kind: str) -> str:
        name = f"filter_{len(self.given)}"
        self.given[name] = value
        return f"CAST(:{name} AS {kind})"

    def _sql(self, rule: tree.Filter) -> str:
        match rule:
            case tree.All(parts):
                return _joined(" AND ", [self._sql(part) for part in parts]) if parts else "true"
            case tree.AnyOf(parts):
                return _joined(" OR ", [self._sql(part) for part in parts])
            case tree.Not(part):
                return f"NOT ({self._sql(part)})"
            case tree.InAudience(audience_id):
                raise ValueError(f"audience {audience_id} was not put in")
            case tree.Touched() | tree.Got() | tree.Clicked():
                return self._about_touches(rule)
            case _:
                return self._about_contact(rule)

    def _about_contact(self, rule: tree.Filter) -> str:
        match rule:
            case tree.OnLists(list_ids):
                lists = self._bind(list(list_ids), "uuid[]")
                return _some("list_member", f"x.list_id = ANY ({lists})")
            case tree.Tagged(tags):
                return f"(c.tags <> '{{}}' AND c.tags && {self._bind(list(tags), 'text[]')})"
            case tree.FieldLike(name, how, values):
                return self._like(name, how, values)
            case tree.FieldFilled(name, filled):
                return f"{self._key(name)} {'<>' if filled else '='} ''"
            case tree.Postcodes(areas):
                return f"{_POSTCODE} ~ {self._bind(postcode_pattern(areas), 'text')}"
            case _:
                return self._about_dealings(rule)

    def _about_dealings(self, rule: tree.Filter) -> str:
        match rule:
            case tree.Chosen(fact, values):
                return self._chosen(fact, values)
            case tree.Flagged(fact, so):
                return f"({_FLAGS[fact]})" if so else f"NOT ({_FLAGS[fact]})"
            case tree.Has(reach):
                return _REACHES[reach]
            case tree.OptedOut(channels):
                out_of = self._bind(list(channels), "text[]")
                return _joined(" OR ", [way.format(channels=out_of) for way in _OPTED_OUT])
            case tree.Consented(channels):
                given = self._bind(list(channels), "text[]")
                return _some("consent", f"x.withdrawn_at IS NULL AND x.channel = ANY ({given})")
            case tree.RandomShare(share, seed):
                return self._drawn(share, seed)
            case _:
                raise TypeError(f"no condition: {rule!r}")

    def _key(self, name: str) -> str:
        if name in _KEYS:
            return _KEYS[name]
        own = self._bind(name.removeprefix(tree.CUSTOM), "text")
        return f"lower(btrim(coalesce(c.custom ->> {own}, '')))"

    def _like(self, name: str, how: tree.Comparing, values: tuple[str, ...]) -> str:
        key, wanted = self._key(name), [text_key(name, value) for value in values]
        match how:
            case "is":
                return f"{key} = ANY ({self._bind(wanted, 'text[]')})"
            case "starts":
                return _joined(" OR ", [f"starts_with({key}, {self._bind(one, 'text')})" for one in wanted])
            case "contains":
                return _joined(" OR ", [f"strpos({key}, {self._bind(one, 'text')}) > 0" for one in wanted])

    def _drawn(self, share: float, seed: str) -> str:
        end = draw_end(share)
        if end is None:
            return "true"
        place = f"substring(sha256(convert_to({self._bind(f'{seed}:', 'text')} || c.id::text, 'UTF8')) FOR 8)"
        return f"{place} < {self._bind(end, 'bytea')}"

    def _chosen(self, fact: tree.Choosing, values: tuple[str | int | None, ...]) -> str:
        known, unknown = [value for value in values if value is not None], None in values
        match fact:
            case "status":
                return f"c.status = ANY ({self._bind(known, 'text[]')})"
            case "support":
                return _or_unknown("x.support", self._bind(known, "integer[]"), unknown=unknown)
            case "voting_methods":
                return _or_unknown("x.voting_method", self._bind(known, "text[]"), unknown=unknown)
            case "last_result":
                last = _LAST_RESULT.format(values=self._bind(known, "text[]"))
                return f"({last} OR {_NO_RESULT})" if unknown else last

    def _touched(self, rule: tree.Touched) -> str:
        start = rule.start(self._now)
        bound = None if start is None else self._bind(start, "timestamptz")
        since = {name: f" AND {column} >= {bound}" if bound else "" for name, column in _TIMES.items()}
        return _joined(" OR ", [touch.format(**since) for touch in _TOUCHES[rule.touch]])

    def _about_touches(self, rule: tree.Touched | tree.Got | tree.Clicked) -> str:
        match rule:
            case tree.Touched():
                return self._touched(rule)
            case tree.Got(blast_ids):
                return _some("message", f"{_GOT} = ANY ({self._bind(list(blast_ids), 'uuid[]')})")
            case tree.Clicked():
                return self._clicked(rule)

    def _clicked(self, rule: tree.Clicked) -> str:
        start = rule.start(self._now)
        when = "" if start is None else f" AND x.last_clicked_at >= {self._bind(start, 'timestamptz')}"
        if not rule.blast_ids:
            return _some("link_code", f"x.clicked_at IS NOT NULL{when}")
        texts = self._bind(list(rule.blast_ids), "uuid[]")
        return _some("link_code", f"x.clicked_at IS NOT NULL{when} AND {_OF_TEXTS.format(texts=texts)}")


def _or_unknown(column: str, values: str, *, unknown: bool) -> str:
    known = _recorded(f"{column} = ANY ({values})")
    return f"({known} OR NOT {_recorded(f'{column} IS NOT NULL')})" if unknown else known


def _joined(by: str, parts: list[str]) -> str:
    return f"({by.join(parts)})"
