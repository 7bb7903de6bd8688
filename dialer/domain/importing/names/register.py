"""Headers of electoral registers as British councils give them out: the full file and the monthly update."""

from typing import Final

NAMES: Final[dict[str, str]] = {
    "elector_number": "elector number, elector no, eno",
    "elector_markers": "elector markers, markers register text, franchise flag, franchise flags,"
    " franchise marker, franchise, elector flags",
    "change": "change type, change type code, change code, change flag, change indicator, type of change,"
    " register change, elector change type, amendment type, alteration type, update type, update code,"
    " change type description, add modify delete, update cramde, math o newid",
    "date_of_birth": "elector dob, elector date of birth",
    "full_name": "elector name, electors name, enw etholwr",
    "first_name": "elector forename, elector forenames, elector first name",
    "last_name": "elector surname, elector last name",
    "address": "property address, registered property address, elector address",
    "address:mailing": "elector mailing address, absent vote address",
    "postcode": "property postcode, elector postcode",
    "polling_district": "polling district reference, pd reference, pd ref, polling district letters",
    "voting_method": "absent vote type, absent voter type",
    # A date on which somebody comes of age is no birthday: 18 years on in England, 16 in Wales and Scotland.
    "custom.Date of attainment": "date of attainment, attainment date, elector date of attainment,"
    " elector attainment date, doa, dyddiad cyrraedd oed pleidleisio",
    "keep": "date entered onto register, elector created month, elector changed month, elector deleted month",
}
