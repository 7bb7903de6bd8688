"""Headers of NationBuilder's exports of people."""

from typing import Final

NAMES: Final[dict[str, str]] = {
    "external_id": "nationbuilder id",
    "date_of_birth": "born at",
    "email": "email1",
    "address": "primary address, primary city, primary county, primary state",
    "address:home": "address address, address city, address county, address state",
    "address:registered": "registered city, registered county, registered state",
    "address:user": "user submitted address, user submitted city, user submitted state",
    "address:mailing": "mailing county, mailing state",
    "address:work": "work county, work state",
    "address:whole": "primary submitted address",
    "postcode": "primary zip",
    "postcode:home": "address zip",
    "postcode:registered": "registered zip",
    "postcode:user": "user submitted zip",
    "polling_district": "precinct code, precinct name",
    "tags": "tag list",
    "do_not_call": "federal donotcall, is do not call",
    "do_not_email": "unsubscribed at",
    "opt_in_text": "mobile opt in",
    "opt_in_email": "email opt in",
    "keep": "is mobile bad, inferred support level, support probability score, turnout probability score,"
    " party, demo, legal name, address submitted address, mailing submitted address,"
    " registered submitted address, work submitted address, user submitted submitted address",
}
