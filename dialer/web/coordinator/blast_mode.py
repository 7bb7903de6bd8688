"""Whether a text to many goes by itself or a person presses once for each: the form's fields, and what the
check says of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import gettext, ngettext

from dialer.domain.errors import FieldError
from dialer.domain.first_texts import AUTOMATIC, BATCH, BY_HAND, Capacity
from dialer.services.messaging.blasts import BlastFields
from dialer.services.messaging.views import BlastView
from dialer.web.coordinator.forms import said
from dialer.web.words import duration, figure

FIELD_AT: Final = {f"/{name}": name for name in ("mode", "batch_size", "volunteer_limit")}
_HOUR_S: Final = 3600


def values_of(blast: BlastView | None = None) -> dict[str, str]:
    """What the form shows, of a draft or of a new text."""
    if blast is None:
        return {"mode": AUTOMATIC, "batch_size": str(BATCH), "volunteer_limit": ""}
    limit = blast.volunteer_limit
    return {
        "mode": blast.mode,
        "batch_size": str(blast.batch_size),
        "volunteer_limit": "" if limit is None else str(limit),
    }


def sent_values() -> dict[str, str]:
    """What the form shows again after a refusal."""
    return {name: said(name) for name in FIELD_AT.values()}


def choices_of() -> Mapping[str, Any]:
    """The two ways."""
    return {
        "mode_choices": [
            (AUTOMATIC, gettext("It goes by itself")),
            (BY_HAND, gettext("Volunteers press once for each text")),
        ]
    }


def mode_said(faults: list[FieldError]) -> BlastFields:
    """The fields as they were said; a form without them means a text that goes by itself."""
    size, limit = _whole("batch_size", faults), _whole("volunteer_limit", faults)
    return BlastFields(
        mode=said("mode") or AUTOMATIC,
        batch_size=BATCH if size is None else size,
        volunteer_limit=limit,
    )


def is_same(blast: BlastView, fields: BlastFields) -> bool:
    """Whether these would leave the draft as it is."""
    given = (fields["mode"], fields["batch_size"], fields["volunteer_limit"])
    return given == (blast.mode, blast.batch_size, blast.volunteer_limit)


def _whole(name: str, faults: list[FieldError]) -> int | None:
    written = said(name)
    if not written:
        return None
    if not (written.isascii() and written.isdigit() and len(written) < 10):
        faults.append(FieldError(f"/{name}", gettext("Write this as a whole number, such as 25.")))
        return None
    return int(written)


def takes(pool: Capacity) -> str:
    """How long it takes where people press: by what its numbers may send, and by the work itself."""
    work = duration(max(60.0, pool.hours_of_work * _HOUR_S))
    if pool.days is None:
        return str(gettext("its numbers may send nothing"))
    days = ngettext("one day", "%(num)s days", pool.days)
    return str(gettext("%(days)s, and about %(span)s of pressing", days=days, span=work))


def pool_words(pool: Capacity) -> str:
    """What its numbers may send: “2 numbers, 400 a day”."""
    each = ngettext("one number", "%(num)s numbers", pool.senders)
    return str(gettext("%(numbers)s, %(count)s a day", numbers=each, count=figure(pool.a_day)))
