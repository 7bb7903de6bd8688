"""Headers of CiviCRM's exports of contacts; with places, a location type stands first (`Home-City`)."""

from typing import Final

NAMES: Final[dict[str, str]] = {
    "external_id": "internal contact id, civicrm contact id, external identifier",
    "full_name": "display name, sort name",
    "email": "main email, billing email, other email",
    "address": "street address, supplemental address, supplemental address line, state province,"
    " main street address, main supplemental address, main city, main state",
    "address:home": "home street address, home supplemental address, home state",
    "address:work": "work street address, work supplemental address",
    "address:billing": "billing street address, billing supplemental address, billing city, billing state",
    "postcode": "main postal code",
    "postcode:billing": "billing postal code",
    "do_not_email": "no bulk emails user opt out, no bulk emails, is bulk email opt out",
    "deceased": "deceased closed, contact is deceased",
    "line": "home phone phone, home phone mobile, main phone phone, main phone mobile, work phone phone,"
    " work phone mobile, other phone phone, other phone mobile, home mobile",
    "keep": "do not trade, contact type, contact subtype, contact source, nickname, phone extension,"
    " individual prefix, individual suffix, preferred communication method, email greeting, job title",
}
