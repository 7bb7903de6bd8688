"""Headers of NGP VAN's exports (VoteBuilder, EveryAction, MyCampaign)."""

from typing import Final

NAMES: Final[dict[str, str]] = {
    "external_id": "voter file vanid, mycampaign vanid, my campaign id, vanid",
    "email": "preferred email",
    "address": "vaddress, vcity, vstate, city",
    "address:mailing": "maddress, mcity, mstate",
    "postcode": "vzip, vzip5, zip5, zip or postal",
    "postcode:mailing": "mzip, mzip5",
    "polling_district": "precinct, precinct name",
    "polling_station": "polling location, polling location name",
    "do_not_call": "donotcall, do not call home, do not call cell",
    "do_not_knock": "do not walk, no walk",
    "opt_in_text": "sms opt in status, phone opt in status, cell phone opt in status",
    "opt_in_email": "email subscription status, email subscription",
    "line": "pref phone, preferred phone, cell phone, home phone, work phone",
    "keep": "state, zip4, vzip4, mzip4, party, date canvassed, canvassed by, likely party",
}
