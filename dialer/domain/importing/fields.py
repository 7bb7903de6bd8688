"""The fields that a column can map to (contract §4, mapping)."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

NOES: Final = {
    "do_not_call": "voice",
    "do_not_text": "sms",
    "do_not_email": "email",
    "do_not_post": "post",
    "do_not_knock": "door",
}
"""Fields that count against one channel, whatever stands in them but a clear no."""

CONSENTS: Final = {
    "opt_in": ("sms", "email"),
    "opt_in_text": ("sms",),
    "opt_in_email": ("email",),
}
"""Fields in which a clear yes is consent to these channels, and a clear no counts against them."""

WISHES: Final = frozenset({*NOES, *CONSENTS, "opt_out"})

MANY: Final = frozenset({"phone", "address", "tags", "notes"}) | WISHES
"""Fields that many columns may fill together: of wishes, none may be lost beside another."""

FIELDS: Final = (
    "dialer_id",
    "external_id",
    "elector_number",
    "elector_prefix",
    "elector_suffix",
    "elector_markers",
    "change",
    "date_of_birth",
    "notes",
    "full_name",
    "first_name",
    "last_name",
    "email",
    "phone",
    "address",
    "postcode",
    "constituency",
    "ward",
    "polling_district",
    "polling_station",
    "language",
    "support",
    "tags",
    "do_not_call",
    "do_not_text",
    "do_not_email",
    "do_not_post",
    "do_not_knock",
    "opt_out",
    "opt_in",
    "opt_in_text",
    "opt_in_email",
    "pledge",
    "pledged_at",
    "pledge_source",
    "voting_method",
    "postal_vote",
    "voted",
    "voted_at",
    "needs_lift",
    "deceased",
    "ignore",
)
CUSTOM: Final = "custom."
IGNORE: Final = "ignore"
CUSTOM_NAME_MAX: Final = 100

LIMITS: Final[dict[str, int]] = {
    "external_id": 200,
    "elector_number": 50,
    "elector_markers": 50,
    "first_name": 200,
    "last_name": 200,
    "full_name": 400,
    "email": 254,
    "postcode": 20,
    "constituency": 200,
    "ward": 200,
    "polling_district": 50,
    "polling_station": 500,
    "language": 35,
}
"""The most characters a field takes; others take what a cell may hold."""


def is_field(name: str) -> bool:
    """Tell whether a column may map to `name`: one of FIELDS, or `custom.NAME` with any name."""
    if name.startswith(CUSTOM):
        return 0 < len(name.removeprefix(CUSTOM).strip()) <= CUSTOM_NAME_MAX
    return name in FIELDS


def takes_one(field: str) -> bool:
    """Tell whether one column only may fill a field."""
    return field not in MANY and field != IGNORE


def twice(fields: Iterable[str]) -> set[str]:
    """Return the fields that take one column and are given more."""
    return {field for field, count in Counter(fields).items() if count > 1 and takes_one(field)}


def custom_field(header: str) -> str:
    """Name the custom field for a header that means nothing to us."""
    return CUSTOM + " ".join(header.split())[:CUSTOM_NAME_MAX]
