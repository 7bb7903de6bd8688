"""People to be taken away: as a table that an import reads back exactly, and as the API shows them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row

from dialer.domain.importing.fields import CUSTOM
from dialer.domain.importing.own_export import (
    CUSTOM_COLUMNS_MAX,
    DIALER_ID,
    MORE_CUSTOM,
    OWN_FIELDS,
    PHONE_COLUMNS_MAX,
    fits_header,
    own_cell,
    own_tags,
)
from dialer.domain.people import OPT_OUT_CHANNELS
from dialer.services.exporting.tables import Table, instant, moment, plain
from dialer.store.queries.export_contacts import People, custom_names, most_phones, read_people
from dialer.store.session import UnitOfWork

_TEXTS: Final = (
    "external_id",
    "elector_number",
    "polling_district",
    "elector_markers",
    "first_name",
    "last_name",
    "email",
    "address",
    "postcode",
    "constituency",
    "ward",
    "polling_station",
    "language",
    "notes",
)
_NOES: Final = {
    "do_not_call": "voice",
    "do_not_text": "sms",
    "do_not_email": "email",
    "do_not_post": "post",
    "do_not_knock": "door",
}
_BARS: Final = {"suppressed_call": "voice", "suppressed_text": "sms", "suppressed_email": "email"}
_CONSENTS: Final = {"opt_in_text": "sms", "opt_in_email": "email"}
_BETWEEN: Final = "; "


@dataclass(frozen=True, slots=True)
class _Layout:
    """Which columns there are: as many telephones as anybody has, and the lists' own fields."""

    phones: int
    customs: Sequence[str]
    has_more: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """Their names in order."""
        own = [name for name in OWN_FIELDS if name != MORE_CUSTOM]
        at = own.index("phone") + 1
        own[at:at] = [f"phone_{nth}" for nth in range(2, self.phones + 1)]
        more = (MORE_CUSTOM,) if self.has_more else ()
        return (*own, *(CUSTOM + name for name in self.customs), *more)


def people_table(unit: UnitOfWork, people: People) -> Table:
    """The people who are wanted. The unit stays open while they are read."""
    layout = _layout(unit, people)
    return Table(
        layout.columns,
        lambda: (_cells(row, layout) for row in read_people(unit.session, people, shown=False)),
        lambda: (_shown(row) for row in read_people(unit.session, people, shown=True)),
    )


def _layout(unit: UnitOfWork, people: People) -> _Layout:
    names = custom_names(unit.session, people)
    fitting = [name for name in names if fits_header(name)][:CUSTOM_COLUMNS_MAX]
    phones = min(max(most_phones(unit.session, people), 1), PHONE_COLUMNS_MAX)
    return _Layout(phones, sorted(fitting), len(fitting) < len(names))


# --- as a table -------------------------------------------------------------------------------------


def _cells(row: Row[Any], layout: _Layout) -> list[str]:
    found = _fields(row)
    found["phone"], *others = _phones(row.phones, layout.phones)
    found |= {f"phone_{nth}": number for nth, number in enumerate(others, 2)}
    custom = dict(row.custom or {})
    for name in layout.customs:
        value = custom.pop(name, None)
        found[CUSTOM + name] = own_cell(CUSTOM, value) if value else ""
    found[MORE_CUSTOM] = json.dumps(custom, ensure_ascii=False) if custom else ""
    return [found[name] for name in layout.columns]


def _fields(row: Row[Any]) -> dict[str, str]:
    values = row._mapping  # noqa: SLF001 - SQLAlchemy's documented way in
    found = {name: own_cell(name, values[name]) if values[name] else "" for name in _TEXTS}
    bars, consents = row.bars or {}, row.consents or {}
    found |= {name: "yes" if channel in row.noes else "" for name, channel in _NOES.items()}
    found |= {name: bars.get(channel, "") for name, channel in _BARS.items()}
    found |= {name: "yes" if channel in consents else "" for name, channel in _CONSENTS.items()}
    return found | {
        DIALER_ID: str(row.id),
        "date_of_birth": plain(row.date_of_birth),
        "tags": own_tags(row.tags) if row.tags else "",
        "needs_lift": plain(row.needs_lift),
        "deceased": "yes" if row.status == "deceased" else "",
        "support": plain(row.support),
        "pledged_at": moment(row.learned_at) if row.support else "",
        "pledge_source": row.learned_source or "" if row.support else "",
        "voting_method": row.voting_method or "",
        "voted_at": moment(row.voted_at),
        "status": row.status,
        "created_at": moment(row.created_at),
        "updated_at": moment(row.updated_at),
    }


def _phones(numbers: Sequence[str], columns: int) -> list[str]:
    """Put one number in each column; those that are too many stand in the last."""
    cells = [*numbers[: columns - 1], _BETWEEN.join(numbers[columns - 1 :])]
    return cells + [""] * (columns - len(cells))


# --- as the API shows them --------------------------------------------------------------------------


def _shown(row: Row[Any]) -> dict[str, Any]:
    values = row._mapping  # noqa: SLF001 - SQLAlchemy's documented way in
    phones = [{"number": number, "type": kind} for number, kind in row.phones or ()]
    noes, consents = row.noes or {}, row.consents or {}
    born: dt.date | None = row.date_of_birth
    return {
        "id": str(row.id),
        **{name: values[name] for name in _TEXTS},
        "phone": phones[0]["number"] if phones else None,
        "phones": phones,
        "date_of_birth": born.isoformat() if born else None,
        "needs_lift": row.needs_lift,
        "tags": row.tags,
        "custom": row.custom,
        "status": row.status,
        "list_ids": [str(list_id) for list_id in row.list_ids],
        "opt_outs": {channel: instant(noes.get(channel)) for channel in OPT_OUT_CHANNELS},
        "consents": {name: _consent(consents.get(name)) for name in ("sms", "email")},
        "support": row.support,
        "voting_method": row.voting_method,
        "voted_at": instant(row.voted_at),
        "created_at": instant(row.created_at),
        "updated_at": instant(row.updated_at),
    }


def _consent(given: Sequence[str] | None) -> dict[str, str | None] | None:
    return {"source": given[0], "at": instant(given[1])} if given else None
