"""Headers of Spoke's exports of a texting campaign, and of the lists that it takes."""

from typing import Final

NAMES: Final[dict[str, str]] = {
    "external_id": "contact external id",
    "first_name": "contact first name",
    "last_name": "contact last name",
    "address": "contact city, contact state",
    "postcode": "contact zip",
    "tags": "contact tags",
    "opt_out": "contact opt out, contact is opted out",
    "line": "contact cell",
    "keep": "campaign id, assignment id, contact message status, contact error code, timezone offset",
}
