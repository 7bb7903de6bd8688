"""Telephone numbers: from any usual writing to E.164, with the kind of line."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from typing import Final, NamedTuple

import phonenumbers
from phonenumbers import PhoneNumberType

from dialer.domain.fictional import fictional_kind, is_american_fiction
from dialer.domain.phone_blocks import NATIONAL_DIGITS, block_of


class LineType(StrEnum):
    """What is known of the line; `unknown` is also "fixed or mobile", as in North America."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    VOIP = "voip"
    UNKNOWN = "unknown"


class PhoneFault(StrEnum):
    """Why a cell gives no telephone number."""

    NONE = "no_phone"
    INVALID = "invalid_phone"
    PREMIUM = "premium_rate"
    DAMAGED = "damaged_number"


class Phone(NamedTuple):
    """One number in E.164. `mended`: it came without the zero that its region begins numbers with."""

    number: str
    type: LineType
    mended: bool = False


@dataclass(frozen=True, slots=True)
class PhonePolicy:
    """Where numbers belong, and whether those reserved for fiction count.

    `allowed_countries` bars ringing and texting elsewhere; such numbers are kept all the same.
    """

    default_region: str = "GB"
    allowed_countries: frozenset[str] = frozenset({"GB"})
    allow_fictional: bool = False

    def allows(self, number: str) -> bool:
        """Tell whether the E.164 number lies in a country that may be rung or texted."""
        return country_of(number) in self.allowed_countries

    @property
    def home(self) -> str | None:
        """The country to think of first: the default region where it is allowed, else one that is."""
        allowed = self.allowed_countries
        return self.default_region if self.default_region in allowed else min(allowed, default=None)


class PhoneReading(NamedTuple):
    """What one cell gave: its numbers in order, and its fault if something in it was none."""

    phones: tuple[Phone, ...] = ()
    fault: PhoneFault | None = None


_LINE_TYPES: Final[dict[int, LineType]] = {
    PhoneNumberType.MOBILE: LineType.MOBILE,
    PhoneNumberType.FIXED_LINE: LineType.LANDLINE,
    PhoneNumberType.VOIP: LineType.VOIP,
}
# 084, 087 and 09 carry a service charge on top of the call; nobody is rung on them.
_COSTLY: Final = frozenset({PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST})
_SATELLITE: Final = ("+870", "+881", "+882", "+883")
_MEANT_AS_NUMBER: Final = 7  # fewer digits beside a good number are an extension or a time of day


def country_of(number: str) -> str | None:
    """Name the country (ISO 3166) of an E.164 number; None for satellites and nonsense."""
    code = _BRITISH if number.startswith("+44") else _AMERICAN
    national = number.removeprefix(f"+{code}")
    if len(national) == NATIONAL_DIGITS and national.isdigit() and number != national:
        return _country_of_block(code, block_of(code, national))
    return _looked_up_country(number)


@cache
def _country_of_block(code: int, block: str) -> str | None:
    """The country of a block of ten-digit numbers: asked once, for audiences are large."""
    national = f"{block:0<{NATIONAL_DIGITS}}"
    number = f"+{code}{national}"
    if code == _BRITISH and fictional_kind(number):
        return "GB"
    island = next((region for region, lines in _ISLANDS.items() if lines.fullmatch(national)), None)
    return island if island and code == _BRITISH else _looked_up_country(number)


def _lines_of(region: str) -> re.Pattern[str]:
    data = phonenumbers.PhoneMetadata.metadata_for_region(region)
    kinds = (data.mobile, data.fixed_line) if data else ()
    return re.compile("|".join(f"(?:{kind.national_number_pattern})" for kind in kinds if kind))


# libphonenumber asks whether a number is British first, and its pattern for that takes in the
# Isle of Man's 07924; the islands' own patterns for mobiles and landlines know better.
_ISLANDS: Final = {region: _lines_of(region) for region in ("GG", "IM", "JE")}


@lru_cache(maxsize=4096)
def _looked_up_country(number: str) -> str | None:
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
    region = phonenumbers.region_code_for_number(parsed)
    return region or phonenumbers.region_code_for_country_code(parsed.country_code or 0)


def is_region(code: str) -> bool:
    """Tell whether numbers of this ISO 3166 country are known."""
    return code in phonenumbers.SUPPORTED_REGIONS


# --- one number -------------------------------------------------------------------------------


def _has_trunk_zero(region: str) -> bool:
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    return metadata is not None and metadata.national_prefix == "0"


def _is_mended(text: str, parsed: phonenumbers.PhoneNumber, region: str) -> bool:
    digits = "".join(filter(str.isdigit, text))
    bare = "+" not in text and digits == phonenumbers.national_significant_number(parsed)
    return bare and not digits.startswith("0") and _has_trunk_zero(region)


def _judge(number: str, kind: int, valid: bool, allow_fictional: bool) -> LineType | PhoneFault:
    if fiction := fictional_kind(number):
        if fiction == "premium":
            return PhoneFault.PREMIUM
        return LineType(fiction) if allow_fictional else PhoneFault.INVALID
    if kind in _COSTLY or number.startswith(_SATELLITE):
        return PhoneFault.PREMIUM
    return _LINE_TYPES.get(kind, LineType.UNKNOWN) if valid else PhoneFault.INVALID


def _read_slowly(text: str, region: str, allow_fictional: bool) -> Phone | PhoneFault:
    """Read one number as libphonenumber does, with the fictional ranges and costly kinds decided by us."""
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return PhoneFault.INVALID
    number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    valid = phonenumbers.is_valid_number(parsed)
    verdict = _judge(number, phonenumbers.number_type(parsed), valid, allow_fictional)
    if isinstance(verdict, PhoneFault):
        return verdict
    return Phone(number, verdict, _is_mended(text, parsed, region))


# --- the fast path: nearly every cell of a British or American list -------------------------------

_NOISE: Final = str.maketrans("", "", "\u00a0\t()-'")
_BRITISH: Final = 44
_AMERICAN: Final = 1
# What may be written before a number's last ten digits, after a plus and without one.
_AFTER_PLUS: Final = {"44": _BRITISH, "440": _BRITISH, "1": _AMERICAN}
_WITHOUT_PLUS: Final = {
    "GB": dict.fromkeys(("", "0", "44", "0044", "00440"), _BRITISH),
    "US": dict.fromkeys(("", "1"), _AMERICAN),
}
_NOTHING: Final[dict[str, int]] = {}
_CUT_OFF: Final = re.compile(r"(?=\d{12,15}\Z)[1-9]\d*0{8}", re.ASCII)
"""What becomes of `4.47E+11` or `4.477E+11` where somebody formats the column as a whole number: noughts in
place of the digits that a spreadsheet had cut off before. No such number is anybody's.
"""


def read_plain(text: str, region: str, allow_fictional: bool) -> Phone | None:
    """Read the common British and American shapes; None sends the cell the slow way.

    It agrees with the slow way wherever it answers: that one is asked, once for each block of numbers.
    """
    compact = text.replace(" ", "")
    if not compact.isdigit():
        compact = compact.translate(_NOISE)
    leads = _WITHOUT_PLUS.get(region, _NOTHING)
    if compact.startswith("+"):
        compact, leads = compact[1:], _AFTER_PLUS
    lead, national = compact[:-NATIONAL_DIGITS], compact[-NATIONAL_DIGITS:]
    code = leads.get(lead)
    if code is None or len(national) < NATIONAL_DIGITS or not (compact.isdigit() and compact.isascii()):
        return None
    if national[0] == "0" or (code == _AMERICAN and is_american_fiction(national)):
        return None  # the slow way may refuse it: a trunk 0 and nine digits, or fiction
    if lead == "44" and _CUT_OFF.fullmatch(compact) and leads is not _AFTER_PLUS:
        return None
    kind = _kind_of_block(code, block_of(code, national), allow_fictional)
    return Phone(f"+{code}{national}", kind, not lead and code == _BRITISH) if kind else None


@cache
def _kind_of_block(code: int, block: str, allow_fictional: bool) -> LineType | None:
    found = _read_slowly(f"+{code}{block:0<{NATIONAL_DIGITS}}", "ZZ", allow_fictional)
    return found.type if isinstance(found, Phone) else None


# --- a cell ------------------------------------------------------------------------------------------

SEEN_DIGITS: Final = 3
_DIGIT: Final = re.compile(r"\d")
_FLOAT: Final = re.compile(r"(\d{7,15})\.0+", re.ASCII)
_SCIENTIFIC: Final = re.compile(r"(\d)(?:[.,](\d+))?[eE]\+?(\d{1,2})", re.ASCII)
_RUN: Final = re.compile(r"\+?\s*\(?\d(?:[\d\s()./\u2010-\u2015-]*\d)?")
_DOTS: Final = str.maketrans("", "", "./\u2010\u2011\u2012\u2013\u2014\u2015")
_JOINED: Final = re.compile(r"\s+(?=\+|0)")


def _expand(text: str) -> str | None:
    """Turn a number that a spreadsheet stored as a number back into its digits; None if some are lost."""
    if match := _FLOAT.fullmatch(text):
        text = match[1]
    elif match := _SCIENTIFIC.fullmatch(text):
        digits, exponent = match[1] + (match[2] or ""), int(match[3])
        text = digits.rstrip("0") if len(digits) <= exponent else digits[: exponent + 1]
        if len(text) != exponent + 1:
            return None
    return None if _CUT_OFF.fullmatch(text) else text


def _read_run(run: str, region: str, allow_fictional: bool) -> list[Phone | PhoneFault]:
    """Read a run of digits as one number, else as several that a slash or a gap keeps apart."""
    if quick := read_plain(run.translate(_DOTS), region, allow_fictional):
        return [quick]
    whole = _read_slowly(run.replace("/", " "), region, allow_fictional)
    if whole is not PhoneFault.INVALID:
        return [whole]
    for divider in ("/", None):
        parts = run.split(divider) if divider else _JOINED.split(run)
        readings = [_read_slowly(part, region, allow_fictional) for part in parts if _DIGIT.search(part)]
        if len(parts) > 1 and any(isinstance(reading, Phone) for reading in readings):
            return [r for r, part in zip(readings, parts, strict=False) if r is not whole or _is_meant(part)]
    return [whole]


def _is_meant(text: str) -> bool:
    return len(_DIGIT.findall(text)) >= _MEANT_AS_NUMBER


def _read_runs(text: str, region: str, allow_fictional: bool) -> PhoneReading:
    readings = [(run, _read_run(run, region, allow_fictional)) for run in _RUN.findall(text)]
    phones = {r.number: r for _, run in readings for r in run if isinstance(r, Phone)}
    faults = [
        r for run, rs in readings for r in rs if isinstance(r, PhoneFault) and (not phones or _is_meant(run))
    ]
    fault = PhoneFault.PREMIUM if PhoneFault.PREMIUM in faults else next(iter(faults), None)
    return PhoneReading(tuple(phones.values()), fault)


def read_phones(text: str, region: str, allow_fictional: bool) -> PhoneReading:
    """Read every number in a cell, in any usual writing, by the rules of `region`.

    A leading zero that a spreadsheet ate is put back where the region makes it certain;
    extensions and words around the number are dropped; two numbers in a cell are two numbers;
    `4.47E+11` has lost its digits for good, and so has the 447000000000 that it is written out as. A cell
    without a digit holds no number.
    """
    if quick := read_plain(text, region, allow_fictional):
        return PhoneReading((quick,))
    text = text.strip().lstrip("'").strip()
    if not _DIGIT.search(text):
        return PhoneReading(fault=PhoneFault.NONE)
    expanded = _expand(text)
    if expanded is None:
        return PhoneReading(fault=PhoneFault.DAMAGED)
    if quick := read_plain(expanded, region, allow_fictional):
        return PhoneReading((quick,))
    return _read_runs(expanded, region, allow_fictional)


def read_phone(text: str, policy: PhonePolicy, region: str | None = None) -> Phone | PhoneFault:
    """Read the one number that a person typed; the first, where there are several."""
    reading = read_phones(text, region or policy.default_region, policy.allow_fictional)
    return reading.phones[0] if reading.phones else reading.fault or PhoneFault.NONE


def written(number: str, home: str = "GB") -> str:
    """Write an E.164 number as people at `home` read it: 07700 900123, or +1 212-555-0123 from abroad. An
    address is read as it is.
    """
    if "@" in number:
        return number
    styles = phonenumbers.PhoneNumberFormat
    style = styles.NATIONAL if country_of(number) == home else styles.INTERNATIONAL
    return phonenumbers.format_number(phonenumbers.parse(number), style)


def masked(number: str) -> str:
    """A number as its owner knows it again and nobody else does: all but the last three digits hidden."""
    text = number if not number.startswith("+") else written(number)
    return _DIGIT.sub("•", text[:-SEEN_DIGITS]) + text[-SEEN_DIGITS:]
