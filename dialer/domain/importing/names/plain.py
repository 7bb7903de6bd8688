"""Headers of plain lists and spreadsheets, in English and Welsh."""

from typing import Final

NAMES: Final[dict[str, str]] = {
    "external_id": "person id, contact id, member id, membership id, membership number, member no,"
    " membership no, voter id, supporter id, crm id, unique id, external id, id, reference, ref, urn,"
    " rhif aelodaeth, rhif aelod, cyfeirnod",
    "elector_number": "elector number, elector no, elector num, electoral number, electoral roll number,"
    " roll number, roll no, register number, polling number, voter number, eno, full elector no,"
    " full elector number, elector id, rhif etholwr, rhif etholiadol, rhif pleidleisiwr, rhif y gofrestr",
    "elector_prefix": "elector number prefix, elector prefix, elector no prefix, pd prefix,"
    " rhagddodiad rhif etholwr",
    "elector_prefix:unsure": "number prefix, prefix, rhagddodiad",
    "elector_suffix": "elector number suffix, elector suffix, elector no suffix, olddodiad rhif etholwr",
    "elector_suffix:unsure": "number suffix, suffix, olddodiad",
    "elector_markers": "elector markers, elector marker, markers, marker, marciau, marciwr",
    "date_of_birth": "date of birth, dob, birth date, birthday, dyddiad geni",
    "notes": "notes, note, comments, comment, remarks, nodiadau, nodyn, sylwadau, sylw",
    "full_name": "full name, name, contact name, voter name, person, enw llawn, enw",
    "first_name": "first name, first names, forename, forenames, given name, given names, christian name,"
    " fname, first, enw cyntaf, enwau cyntaf, enw bedydd",
    "last_name": "last name, surname, family name, second name, lname, last, cyfenw, enw olaf, enw teuluol",
    "email": "email, email address, primary email, main email, personal email, home email, mail, work email,"
    " ebost, cyfeiriad ebost",
    "address": "address, addr, add, postal address, street address, address line, property address,"
    " qualifying address, street, house, house name, house number, house no, building, flat, road,"
    " street name, street number, town, city, village, county, locality, post town, cyfeiriad,"
    " llinell cyfeiriad, stryd, heol, tref, dinas, pentref, sir, rhif ty, enw ty",
    "address:whole": "full address, registered address, whole address, cyfeiriad llawn",
    "address:home": "home address, home street, home city, home town, home county, cyfeiriad cartref",
    "address:mailing": "mailing address, mailing city, correspondence address, cyfeiriad post",
    "address:work": "work address, work street, work city, office address, cyfeiriad gwaith",
    "postcode": "postcode, postal code, zip, zip code, pcode, cod post",
    "postcode:home": "home postcode, home zip, home postal code",
    "postcode:mailing": "mailing postcode, mailing zip, mailing postal code, correspondence postcode",
    "postcode:work": "work postcode, work zip, work postal code",
    "constituency": "constituency, parliamentary constituency, westminster constituency, seat, etholaeth,"
    " etholaeth seneddol",
    "ward": "ward, electoral ward, ward name, division, electoral division, ward etholiadol,"
    " adran etholiadol",
    "polling_district": "polling district, polling district code, pd, pd code, polling area,"
    " dosbarth pleidleisio, ardal bleidleisio, dosbarth etholiadol",
    "polling_station": "polling station, polling place, polling station name, gorsaf bleidleisio,"
    " man pleidleisio",
    "language": "language, preferred language, lang, iaith, iaith ddewisol, dewis iaith",
    "support": "support, support level, support code, support score, voter intention, voting intention, vi,"
    " party support, rating, canvass score, canvass code, cefnogaeth, lefel cefnogaeth, bwriad pleidleisio",
    "tags": "tags, tag, labels, label, groups, interests, tagiau, labeli, grwpiau, diddordebau",
    "do_not_call": "do not call, dont call, do not phone, do not ring, dont phone, dnc, no calls,"
    " no phone calls, no phone, tps, ctps, tps registered, call opt out, phone opt out, is do not call,"
    " peidiwch a ffonio, peidio ffonio, peidio a ffonio, dim galwadau, dim ffonio",
    "do_not_text": "do not text, dont text, do not sms, no texts, no text, no sms, sms opt out,"
    " text opt out, opted out of sms, is opted out of sms, peidiwch a thecstio, peidio tecstio,"
    " peidio a thecstio, dim tecstio, dim negeseuon testun, dim negeseuon",
    "do_not_email": "do not email, dont email, no email, no emails, email opt out, opted out of email,"
    " unsubscribed from email, peidiwch ag ebostio, peidio ebostio, dim ebost, dim ebyst",
    "do_not_post": "do not mail, do not post, dont mail, no mail, no post, no mailings, mail opt out,"
    " peidiwch a phostio, dim post",
    "do_not_knock": "do not knock, do not canvass, do not visit, dont knock, no door knock, no canvassing,"
    " peidiwch a churo, dim curo drysau, dim canfasio",
    "opt_out": "opt out, opted out, is opted out, unsubscribed, unsubscribe, do not contact, dont contact,"
    " is do not contact, no contact, suppressed, wedi optio allan, optio allan, eithrio,"
    " peidiwch a chysylltu, peidio cysylltu, peidio a chysylltu, dim cysylltu",
    "opt_in": "opt in, opted in, consent, consented, contact consent, gdpr consent,"
    " happy to be contacted, may we contact you, cydsyniad, caniatad, wedi optio i mewn, optio i mewn",
    "opt_in_text": "sms opt in, text opt in, mobile opt in, sms consent, text consent, consent to texts,"
    " sms opt in status, text opt in status, cydsyniad negeseuon testun, cydsyniad tecstio",
    "opt_in_email": "email opt in, email consent, consent to email, email opt in status,"
    " email subscription status, cydsyniad ebost",
    "pledge": "pledge, pledged, pledge status, vote pledge, will vote for us, promise, addewid,"
    " addewid pleidlais, wedi addo",
    "pledged_at": "pledged at, pledge date, pledged on, date pledged, date of pledge, promise date,"
    " dyddiad addewid, dyddiad yr addewid",
    "pledge_source": "pledge source, pledged to, pledged via, pledged by, pledge channel, pledge method,"
    " ffynhonnell addewid, addawyd i, addewid i",
    "voting_method": "voting method, vote method, how voting, method of voting, vote type, voting type,"
    " dull pleidleisio",
    "postal_vote": "postal vote, postal voter, postal, pv, absent voter, has postal vote, pleidlais bost,"
    " pleidlais drwyr post, pleidleisiwr post",
    "voted": "voted, has voted, already voted, turnout, polled, wedi pleidleisio, pleidleisiodd",
    "voted_at": "voted at, voted on, time voted, vote time, voted time, pleidleisiodd am, amser pleidleisio",
    "needs_lift": "needs lift, needs a lift, lift, lift needed, lift to poll, needs transport, transport,"
    " angen lifft, angen cludiant, lifft",
    "deceased": "deceased, dead, died, is deceased, wedi marw, marw, ymadawedig",
    "line": "mobile, mobile phone, mobile number, mobile no, mob, mob no, cell, cellphone, cell phone,"
    " cell number, landline, land line, landline number, landline no, home phone, home number,"
    " home phone number, home telephone, home tel, tel home, phone home, telephone home, work phone,"
    " work number, work phone number, work telephone, work tel, tel work, phone work, tel mobile,"
    " daytime phone, day phone, evening phone, other phone, other number, alternative phone,"
    " alternative number, second phone, phone mobile, mobile telephone, sms number, whatsapp,"
    " whatsapp number, preferred phone, ffon symudol, symudol, rhif symudol, rhif ffon symudol,"
    " ffon cartref, ffon y cartref, rhif cartref, rhif ffon cartref, llinell dir, ffon gwaith,"
    " ffon y gwaith, rhif ffon gwaith, ffon arall",
    "plain line": "phone, telephone, tel, phone number, phone no, telephone number, telephone no, tel no,"
    " tel number, contact number, contact no, contact phone, contact telephone, contact tel,"
    " primary phone, main phone, phones, phone numbers, telephone numbers, ffon, rhif ffon,"
    " rhifau ffon, teleffon, rhif teleffon, rhif cyswllt",
    "perhaps line": "number, no, num, contact, contact details, ring, call, rhif, cyswllt, manylion cyswllt",
    "keep": "fax, fax number, uprn, title, initials, middle name, middle names, gender, sex, age, employer,"
    " occupation, job title, website, created at, updated at, ffacs, teitl",
}
