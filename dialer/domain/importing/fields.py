"""The fields that a column can map to (contract §4, mapping)."""

from typing import Final

MANY: Final = frozenset({"phone", "address", "tags", "notes"})
"""Fields that many columns may fill together; of others the first filled column counts."""

FIELDS: Final = (
    "external_id",
    "elector_number",
    "elector_prefix",
    "elector_suffix",
    "elector_markers",
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
    "opt_out",
    "opt_in",
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


def custom_field(header: str) -> str:
    """Name the custom field for a header that means nothing to us."""
    return CUSTOM + " ".join(header.split())[:CUSTOM_NAME_MAX]
