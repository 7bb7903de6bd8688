"""Headers of Action Network's reports and exports."""

from typing import Final

NAMES: Final[dict[str, str]] = {
    "external_id": "uuid, action network id",
    "address": "can2 user address, can2 user city, can2 county, can2 user state, can2 state abbreviated",
    "postcode": "can2 user zip, can2 user zip code",
    "language": "can2 user language",
    "tags": "can2 user tags, can2 tags",
    "opt_in_text": "can2 sms status, can2 mobile status, can2 sms subscription status",
    "opt_in_email": "can2 subscription status, can2 email status",
    "line": "can2 phone, can2 mobile number, can2 sms number",
    "keep": "can2 subscription date, can2 subscription source, can2 lifetime value, can2 user country",
}
