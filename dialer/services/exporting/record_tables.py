"""Pledges, turnout, results, texts and calls to be taken away, in cells and as the API shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from sqlalchemy import Row

from dialer.domain.csv_cells import harmless
from dialer.services.exporting.tables import Cells, Shown, Table, plain, shown
from dialer.services.gotv.pledges import CSV_COLUMNS
from dialer.services.messaging.messages import SECRET
from dialer.store.queries.export_contacts import People
from dialer.store.queries.export_records import read_records
from dialer.store.session import UnitOfWork

_LETTER: Final = ("letter_sender", "letter_sender_name", "letter_reply_to", "letter_doubt")
"""What an email to us says of itself."""
_COLUMNS: Final = {
    "pledges": CSV_COLUMNS,
    "turnout": (*CSV_COLUMNS, "voted_source"),
    "results": (
        "id",
        "campaign_id",
        "contact_id",
        "elector_number",
        "first_name",
        "last_name",
        "phone",
        "disposition",
        "support",
        "voting_method",
        "callback_at",
        "notes",
        "late",
        "at",
        "by",
    ),
    "door_results": (
        "id",
        "campaign_id",
        "contact_id",
        "elector_number",
        "first_name",
        "last_name",
        "address",
        "postcode",
        "polling_district",
        "outcome",
        "support",
        "voting_method",
        "needs_lift",
        "id_ready",
        "language",
        "note",
        "at",
        "recorded_at",
        "by",
    ),
    "messages": (
        "id",
        "blast_id",
        "campaign_id",
        "contact_id",
        "direction",
        "purpose",
        "from",
        "to",
        "body",
        "state",
        "segments",
        "encoding",
        "error_code",
        "error_detail",
        "bounce",
        "carrier_sid",
        "cost",
        "currency",
        "skip_reason",
        "created_at",
        "sent_at",
        "delivered_at",
        "class",
        "rule",
        "attachments",
        "pressed_at",
        "pressed_by",
        "picture_path",
        "channel",
        "subject",
        *_LETTER,
        "clicked_at",
        "clicks",
    ),
    "calls": (
        "id",
        "campaign_id",
        "contact_id",
        "assignment_id",
        "direction",
        "mode",
        "to",
        "from",
        "state",
        "end_reason",
        "answered_by",
        "duration_s",
        "cost",
        "currency",
        "carrier_sid",
        "created_at",
        "contact_rung_at",
        "answered_at",
        "parted_at",
        "ended_at",
        "recording_id",
    ),
}


def record_table(unit: UnitOfWork, kind: str, people: People) -> Table:
    """Everything of a kind that is wanted. The unit stays open while it is read."""
    values = _VALUES.get(kind, _values)
    columns = _COLUMNS[kind]

    def cells() -> Iterator[Cells]:
        for row in read_records(unit.session, kind, people):
            of = values(row)
            yield [harmless(plain(of[name])) for name in columns]

    def objects() -> Iterator[Shown]:
        for row in read_records(unit.session, kind, people):
            yield _OBJECTS.get(kind, _object)(values(row))

    return Table(columns, cells, objects)


def _values(row: Row[Any]) -> dict[str, Any]:
    return dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented way in


def _parties(row: Row[Any], ours: str) -> dict[str, Any]:
    """Name who was at each end: of what went out we are `from`."""
    found = _values(row)
    mine, theirs = found.pop(ours), found.pop("number")
    inbound = found["direction"] == "inbound"
    found["currency"] = found.pop("cost_currency")
    return found | {"from": theirs if inbound else mine, "to": mine if inbound else theirs}


def _message(row: Row[Any]) -> dict[str, Any]:
    found = _parties(row, "sender")
    found["class"], found["rule"] = found.pop("inbound_class"), found.pop("inbound_rule")
    return found | {"body": "" if row.purpose in SECRET else row.body}


def _object(values: Mapping[str, Any]) -> Shown:
    return {name: shown(value) for name, value in values.items()}


def _pledge_object(values: Mapping[str, Any]) -> Shown:
    return {name: shown(values[name]) for name in CSV_COLUMNS if name != "postcode"}


def _cost(values: Mapping[str, Any], currency: str | None) -> dict[str, str] | None:
    cost = values["cost"]
    return None if cost is None or currency is None else {"amount": f"{cost:.4f}", "currency": currency}


def _message_object(values: Mapping[str, Any]) -> Shown:
    left = {"currency", "error_code", "error_detail", *_LETTER}
    said = {name.removeprefix("letter_"): values[name] for name in _LETTER}
    code = values["error_code"]
    return {name: shown(value) for name, value in values.items() if name not in left} | {
        "error": None if code is None else {"code": code, "detail": values["error_detail"]},
        "cost": _cost(values, values["currency"]),
        "letter": None if values["letter_sender"] is None else said,
    }


def _call_object(values: Mapping[str, Any]) -> Shown:
    found = {name: shown(value) for name, value in values.items() if name not in {"currency", "why"}}
    return found | {"cost": _cost(values, values["currency"] or "GBP"), "why": values["why"]}


_VALUES: Final[dict[str, Callable[[Row[Any]], dict[str, Any]]]] = {
    "messages": _message,
    "calls": lambda row: _parties(row, "caller_id"),
}
_OBJECTS: Final[dict[str, Callable[[Mapping[str, Any]], Shown]]] = {
    "pledges": _pledge_object,
    "messages": _message_object,
    "calls": _call_object,
}
