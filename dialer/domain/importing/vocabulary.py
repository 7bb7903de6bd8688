"""What columns are called in English and Welsh lists of voters, and the field each name means."""

import re
import unicodedata
from typing import Final

_NUMBERED: Final = re.compile(r"(.*?\D)\d{1,2}$")

# One line a field; names are compared without case, accents, spaces and punctuation.
_NAMES: Final[dict[str, str]] = {
    "external_id": "id, external id, person id, contact id, member id, membership id, membership number,"
    " member no, membership no, voter id, van id, nationbuilder id, supporter id, crm id,"
    " unique id, reference, ref, urn, rhif aelodaeth, rhif aelod, cyfeirnod",
    "elector_number": "elector number, elector no, elector num, electoral number, electoral roll number,"
    " roll number, roll no, register number, elector id, polling number, eno, rhif etholwr,"
    " rhif etholiadol, rhif pleidleisiwr, rhif y gofrestr",
    "elector_prefix": "elector number prefix, elector prefix, elector no prefix, number prefix, prefix,"
    " pd prefix, rhagddodiad, rhagddodiad rhif etholwr",
    "elector_suffix": "elector number suffix, elector suffix, elector no suffix, number suffix, suffix,"
    " olddodiad, olddodiad rhif etholwr",
    "elector_markers": "elector markers, elector marker, markers, marker, franchise marker, franchise,"
    " marciau,"
    " marciwr",
    "date_of_birth": "elector dob, dob, date of birth, birth date, birthday, attainment date,"
    " date of attainment, dyddiad geni",
    "notes": "notes, note, comments, comment, remarks, nodiadau, nodyn, sylwadau, sylw",
    "full_name": "name, full name, elector name, contact name, voter name, person, enw, enw llawn",
    "first_name": "elector forename, forename, forenames, first name, first names, given name, given names,"
    " christian name, fname, first, enw cyntaf, enwau cyntaf, enw bedydd",
    "last_name": "elector surname, surname, last name, family name, second name, lname, last, cyfenw,"
    " enw olaf, enw teuluol",
    "email": "email, e mail, email address, e mail address, mail, primary email, ebost, e bost,"
    " cyfeiriad ebost, cyfeiriad e bost",
    "address": "address, addr, add, full address, postal address, street address, home address,"
    " address line, property address, registered address, qualifying address, street, house,"
    " house number, house name, house no, building, flat, road, town, city, village, county,"
    " locality, post town, cyfeiriad, llinell cyfeiriad, stryd, heol, tref, dinas, pentref,"
    " sir, rhif ty, enw ty",
    "postcode": "postcode, post code, postal code, zip, zip code, zipcode, pcode, cod post",
    "constituency": "constituency, seat, parliamentary constituency, westminster constituency, etholaeth,"
    " etholaeth seneddol",
    "ward": "ward, electoral ward, ward name, division, electoral division, ward etholiadol,"
    " adran etholiadol",
    "polling_district": "polling district, pd, polling district code, pd code, polling area,"
    " dosbarth pleidleisio,"
    " ardal bleidleisio, dosbarth etholiadol",
    "polling_station": "polling station, polling place, polling station name, gorsaf bleidleisio,"
    " man pleidleisio",
    "language": "language, preferred language, lang, iaith, iaith ddewisol, dewis iaith",
    "support": "support, support level, support score, voter intention, voting intention, vi,"
    " party support, rating, canvass score, cefnogaeth, lefel cefnogaeth, bwriad pleidleisio",
    "tags": "tags, tag, labels, label, groups, interests, tagiau, labeli, grwpiau, diddordebau",
    "do_not_call": "do not call, dont call, do not phone, do not ring, dont phone, dnc, no calls,"
    " no phone calls, no phone, tps, ctps, tps registered, call opt out, phone opt out,"
    " peidiwch a ffonio, peidio ffonio, peidio a ffonio, dim galwadau, dim ffonio",
    "do_not_text": "do not text, dont text, do not sms, no texts, no text, no sms, sms opt out, text opt out,"
    " opted out of sms, peidiwch a thecstio, peidio tecstio, peidio a thecstio, dim tecstio,"
    " dim negeseuon testun, dim negeseuon",
    "opt_out": "opt out, opted out, optout, unsubscribed, unsubscribe, do not contact, dont contact,"
    " no contact, do not mail, suppressed, wedi optio allan, optio allan, eithrio,"
    " peidiwch a chysylltu, peidio cysylltu, peidio a chysylltu, dim cysylltu",
    "opt_in": "opt in, opted in, optin, consent, consented, contact consent, gdpr consent,"
    " happy to be contacted, may we contact you, cydsyniad, caniatad, wedi optio i mewn,"
    " optio i mewn",
    "pledge": "pledge, pledged, pledge status, vote pledge, will vote for us, promise, addewid,"
    " addewid pleidlais, wedi addo",
    "pledged_at": "pledge date, pledged at, pledged on, date pledged, date of pledge, promise date,"
    " dyddiad addewid, dyddiad yr addewid",
    "pledge_source": "pledged to, pledge source, pledged via, pledged by, pledge channel, pledge method,"
    " ffynhonnell addewid, addawyd i, addewid i",
    "voting_method": "voting method, vote method, how voting, method of voting, vote type, voting type,"
    " dull pleidleisio",
    "postal_vote": "postal vote, postal voter, postal, pv, absent voter, has postal vote, pleidlais bost,"
    " pleidlais drwyr post, pleidleisiwr post",
    "voted": "voted, has voted, already voted, turnout, polled, wedi pleidleisio, pleidleisiodd",
    "voted_at": "voted at, voted on, time voted, vote time, voted time, pleidleisiodd am, amser pleidleisio",
    "needs_lift": "needs lift, needs a lift, lift, lift needed, lift to poll, needs transport, transport,"
    " angen lifft, angen cludiant, lifft",
    "deceased": "deceased, dead, died, wedi marw, marw, ymadawedig",
}

# Telephone columns. A named line is certain whatever stands beside it; of plain ones there may be one.
_NAMED_LINES: Final = (
    "mobile, mobile phone, mobile number, mobile no, mob, mob no, cell, cellphone, cell phone,"
    " cell number, landline, land line, landline number, landline no, home phone, home number,"
    " home telephone, home tel, tel home, phone home, work phone, work number, work telephone,"
    " daytime phone, day phone, evening phone, other phone, other number, alternative phone,"
    " alternative number, second phone, phone mobile, mobile telephone, sms number,"
    " ffon symudol, symudol, rhif symudol, rhif ffon symudol, ffon cartref, ffon y cartref,"
    " rhif cartref, rhif ffon cartref, llinell dir, ffon gwaith, ffon y gwaith,"
    " rhif ffon gwaith, ffon arall"
)
_PLAIN_LINES: Final = (
    "phone, telephone, tel, phone number, phone no, telephone number, telephone no, tel no,"
    " tel number, contact number, contact no, contact phone, contact telephone, contact tel,"
    " primary phone, main phone, phones, phone numbers, telephone numbers, ffon, rhif ffon,"
    " rhifau ffon, teleffon, rhif teleffon, rhif cyswllt"
)
_PERHAPS_LINES: Final = (
    "number, no, num, contact, contact details, ring, call, rhif, cyswllt, manylion cyswllt"
)


def squash(header: str) -> str:
    """Reduce a header to what counts: letters and digits, without case and accents."""
    plain = unicodedata.normalize("NFKD", header.casefold())
    return "".join(c for c in plain if c.isalnum())


def _squashed(names: str) -> frozenset[str]:
    return frozenset(squash(name) for name in names.split(","))


NAMED_LINES: Final = _squashed(_NAMED_LINES)
PLAIN_LINES: Final = _squashed(_PLAIN_LINES)
PERHAPS_LINES: Final = _squashed(_PERHAPS_LINES)
_FIELD_OF: Final = {name: field for field, names in _NAMES.items() for name in _squashed(names)}


def field_named(header: str) -> str | None:
    """Return the field that a header means, telephones aside; None when it means none that we know."""
    name = squash(header)
    if field := _FIELD_OF.get(name):
        return field
    numbered = _NUMBERED.match(name)
    base = _FIELD_OF.get(numbered[1]) if numbered else None
    return base if base in {"address", "notes", "tags"} else None


def is_named_line(header: str) -> bool:
    """Tell whether a header names one certain line: `Mobile`, `Ffôn cartref`, `Phone 2`."""
    name = squash(header)
    if name in NAMED_LINES:
        return True
    numbered = _NUMBERED.match(name)
    return numbered is not None and numbered[1] in PLAIN_LINES | NAMED_LINES
