"""Single values of a list: dates, yes and no, support, languages, postcodes, email addresses."""

import datetime as dt
import re
from functools import lru_cache
from itertools import takewhile
from typing import Final
from zoneinfo import ZoneInfo


def _words(line: str) -> frozenset[str]:
    return frozenset(word.strip() for word in line.split(","))


_YES: Final = _words(
    "y, yes, yep, true, t, 1, x, ✓, ✔, ok, on, ie, oes, ydw, ydy, ydyn, do, gwir, voted, polled, dead,"
    " deceased"
)
_NO: Final = _words("n, no, nope, false, f, 0, off, na, nage, naddo, nac oes, nac ydw, nac ydy, nac ydyn")


def yes_or_no(text: str) -> bool | None:
    """Read a clear yes or a clear no, in English or Welsh; None for anything else, an empty cell too."""
    if not text:
        return None
    word = text.strip().rstrip(".!").casefold()
    if word in _YES:
        return True
    return False if word in _NO else None


def counts_against(text: str) -> bool:
    """Read a do-not-contact cell: any value but an empty cell or a clear no counts against contacting."""
    return bool(text.strip()) and yes_or_no(text) is not False


_CONSENTS: Final = {
    **dict.fromkeys(("subscribed", "opted in", "opt in", "opted-in", "opt-in", "granted", "given"), True),
    **dict.fromkeys(
        ("unsubscribed", "not subscribed", "opted out", "opt out", "opted-out", "opt-out", "stop"), False
    ),
    **dict.fromkeys(("spam complaint", "complained", "refused", "withdrawn", "denied"), False),
}


def read_consent(text: str) -> bool | None:
    """Read a column of consent: a clear yes or no, or the state of a subscription; None for anything else."""
    return _CONSENTS.get(text.strip().casefold().replace("_", " "), yes_or_no(text))


_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "january jan ionawr ion",
            "february feb chwefror chwe",
            "march mar mawrth maw",
            "april apr ebrill ebr",
            "may mai",
            "june jun mehefin meh",
            "july jul gorffennaf gor gorff",
            "august aug awst",
            "september sep sept medi",
            "october oct hydref hyd",
            "november nov tachwedd tach",
            "december dec rhagfyr rhag",
        ),
        start=1,
    )
    for name in names.split()
}
_ISO: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]+(.+))?", re.ASCII)
_NUMERIC: Final = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})(?:[T ,]+(.+))?", re.ASCII)
_WORDED: Final = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|af|ain|ydd|fed|eg)?[ -]+([^\W\d]+)\.?,?[ -]+(\d{4}|\d{2})(?:[ ,]+(.+))?"
)
_TIME: Final = re.compile(
    r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:\.\d+)?)?\s*(am|pm|yb|yh)?(Z|[+-]\d{2}:?\d{2})?", re.IGNORECASE
)


def _year(text: str, newest: int) -> int:
    if len(text) == 4:
        return int(text)
    year = newest // 100 * 100 + int(text)
    return year if year <= newest else year - 100


def _time(text: str) -> tuple[dt.time, str] | None:
    match = _TIME.fullmatch(text.strip())
    if not match:
        return None
    hour, half = int(match[1]), (match[4] or "").lower()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half in {"pm", "yh"} else 0)
    try:
        return dt.time(hour, int(match[2]), int(match[3] or 0)), match[5] or ""
    except ValueError:
        return None


def _date(text: str, day_first: bool, newest: int) -> tuple[dt.date, str] | None:
    text = text.strip()
    try:
        if match := _ISO.fullmatch(text):
            return dt.date(int(match[1]), int(match[2]), int(match[3])), match[4] or ""
        if match := _NUMERIC.fullmatch(text):
            day, month = (match[1], match[2]) if day_first else (match[2], match[1])
            return dt.date(_year(match[3], newest), int(month), int(day)), match[4] or ""
        if (match := _WORDED.fullmatch(text)) and (number := _MONTHS.get(match[2].casefold())):
            return dt.date(_year(match[3], newest), number, int(match[1])), match[4] or ""
    except ValueError:
        return None
    return None


def read_date(text: str, *, day_first: bool, newest: dt.date) -> dt.date | None:
    """Read a date, day first or month first, ISO always; a year of two digits is at most `newest`'s."""
    found = _date(text, day_first, newest.year)
    return found[0] if found else None


def read_instant(
    text: str, *, day_first: bool, zone: str, on: dt.date | None, now: dt.datetime
) -> dt.datetime | None:
    """Read a date with or without a time, or a time alone on the day `on`, as an instant in `zone`.

    A date alone counts from its midnight. None where nothing certain can be read, a time alone
    without a day among it.
    """
    if not text.strip():
        return None
    day, rest = _date(text, day_first, now.year) or (on, text)
    clock = _time(rest) if rest else (dt.time(), "")
    if day is None or clock is None:
        return None
    time, offset = clock
    if offset:
        return dt.datetime.fromisoformat(f"{day}T{time}{offset}").astimezone(dt.UTC)
    return dt.datetime.combine(day, time, ZoneInfo(zone)).astimezone(dt.UTC)


_SUPPORT: Final = {
    **dict.fromkeys(
        ("strong", "strong support", "strongly support", "definite", "firm", "cefnogi'n gryf", "cryf", "ss"),
        1,
    ),
    **dict.fromkeys(
        ("leaning", "lean", "leaning to us", "probable", "soft", "support", "cefnogi", "tueddu atom"), 2
    ),
    **dict.fromkeys(("lean support", "leaning support", "likely support", "weak support", "ls"), 2),
    **dict.fromkeys(("undecided", "unsure", "dont know", "don't know", "ansicr", "heb benderfynu"), 3),
    **dict.fromkeys(("neutral", "toss up", "toss-up"), 3),
    **dict.fromkeys(("leaning against", "lean against", "probably against", "tueddu yn erbyn"), 4),
    **dict.fromkeys(("lean oppose", "leaning oppose", "likely oppose", "weak oppose", "lo"), 4),
    **dict.fromkeys(("against", "strong against", "strongly against", "opposed", "yn erbyn"), 5),
    **dict.fromkeys(("strong oppose", "strongly oppose", "oppose", "so"), 5),
}
_SCALE: Final = re.compile(r"([1-5])(?:\.0+)?(?:\s*[-–:.(].*)?", re.DOTALL)


def read_support(text: str) -> int | None:
    """Read support on the scale 1 (strong for us) to 5 (against): a figure, plain words, VAN's letters.

    Single letters mean one thing in one party and its opposite in the next, and are not read.
    """
    word = text.strip().casefold()
    if match := _SCALE.fullmatch(word):
        return int(match[1])
    return _SUPPORT.get(word.replace("\u2019", "'"))


_PLEDGES: Final = {"yes": 1, "maybe": 3, "no": 5}
_PLEDGE_WORDS: Final = {
    **dict.fromkeys(("maybe", "perhaps", "possibly", "efallai", "unsure", "undecided"), "maybe"),
    **dict.fromkeys(("refused", "refuse", "won't say", "declined", "gwrthod", "gwrthododd"), "refused"),
}


def read_pledge(text: str) -> str | None:
    """Read a pledge column: yes, maybe, no or refused."""
    clear = yes_or_no(text)
    if clear is not None:
        return "yes" if clear else "no"
    return _PLEDGE_WORDS.get(text.strip().casefold().replace("\u2019", "'"))


def support_of_pledge(pledge: str | None) -> int | None:
    """Give an imported pledge's support: yes 1, maybe 3, no 5; a refusal tells nothing."""
    return _PLEDGES.get(pledge or "")


_SOURCES: Final = {
    **dict.fromkeys(("phone bank", "phone", "call", "phonebank", "telephone", "ffon", "ffôn"), "call"),
    **dict.fromkeys(("text", "sms", "neges destun"), "text"),
    **dict.fromkeys(("doorstep", "door", "canvass", "canvassing", "drws"), "door"),
    **dict.fromkeys(("web", "online", "website", "email", "gwefan", "gwe"), "web"),
}


def read_source(text: str) -> str:
    """Name where a pledge was given: call, text, door or web; `import` where the list doesn't say."""
    return _SOURCES.get(text.strip().casefold(), "import")


_METHODS: Final = {
    **dict.fromkeys(("postal", "post", "by post", "postal vote", "pv", "p", "drwy'r post"), "postal"),
    **dict.fromkeys(("proxy", "by proxy", "proxy vote", "drwy ddirprwy", "dirprwy"), "proxy"),
    **dict.fromkeys(("in person", "in_person", "polling station", "person", "yn bersonol"), "in_person"),
}


def read_voting_method(text: str) -> str | None:
    """Read by which way somebody votes: postal, proxy or in_person."""
    return _METHODS.get(text.strip().casefold().replace("\u2019", "'"))


_LANGUAGES: Final = {
    **dict.fromkeys(("english", "eng", "saesneg", "en-gb", "en_gb"), "en"),
    **dict.fromkeys(("welsh", "cymraeg", "cym", "wel", "cy-gb", "cy_gb", "cymru"), "cy"),
}


def read_language(text: str) -> str:
    """Write a language as its code where we know its name; else as it came."""
    word = text.strip()
    lowered = word.casefold()
    return _LANGUAGES.get(lowered, lowered if len(lowered) <= 3 else word)


_GB_POSTCODE: Final = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?)(\d[A-Z]{2})", re.ASCII)


@lru_cache(maxsize=4096)
def read_postcode(text: str) -> str:
    """Write a British postcode in capitals with its one space; any other as it came."""
    compact = "".join(text.split()).upper()
    match = _GB_POSTCODE.fullmatch(compact)
    return f"{match[1]} {match[2]}" if match else text.strip()


_EMAIL: Final = re.compile(
    r"[^@\s,;:<>()\[\]\"\\]{1,64}@(?:[^@\s.,;:<>()\[\]\"\\/_]{1,63}\.)+[^@\s.,;:<>()\[\]\"\\/_\d][^@\s.,;:<>()\[\]\"\\/_]{1,62}"
)


def read_email(text: str) -> str | None:
    """Read an email address; None for what can't be one. Case is kept before the @ only."""
    address = text.strip().removeprefix("mailto:").strip("<>")
    local, _, domain = address.rpartition("@")
    if not _EMAIL.fullmatch(address) or ".." in local or local.startswith(".") or local.endswith("."):
        return None
    return f"{local}@{domain.lower()}"


_AND: Final = frozenset({"&", "+", "/", "and", "a", "ac"})
_TITLES: Final = _words("mr, mrs, ms, miss, mx, dr, prof, rev, revd, sir, dame, lady, lord, cllr, parch")


def is_title(text: str) -> bool:
    """Tell whether this is a form of address: Mr, Dr., Parch."""
    return text.strip().rstrip(".").casefold() in _TITLES


def _surname_first(text: str) -> tuple[str, str] | None:
    """Split a name whose surname stands first, in capitals: `SEDGLEY Wren`. Initials are no surname."""
    words = text.split()
    capitals = list(takewhile(str.isupper, words))
    rest = words[len(capitals) :]
    if not rest or not capitals or len(capitals[0]) < 3 or is_title(capitals[0]) or rest[-1].isupper():
        return None
    return " ".join(rest), " ".join(capitals)


def _without_titles(words: list[str]) -> tuple[list[str], int]:
    """A name without the forms of address before it, of two people too (`Mr & Mrs`), and their number."""
    titles = 0
    while len(words) > 1:
        joins = bool(titles) and words[0].casefold() in _AND and is_title(words[1])
        if not (joins or is_title(words[0])):
            break
        words, titles = words[1:], titles + 1
    return words, titles


def split_name(text: str) -> tuple[str, str]:
    """Split a whole name into first names and surname.

    `Sur, First`, `SUR First` as registers have it, else the last word is the surname. Of `Mrs Jones` that is
    all there is: nobody is greeted as Jones.
    """
    surname, comma, rest = text.partition(",")
    if not comma and (found := _surname_first(text)):
        return found
    words, titles = _without_titles((rest if comma else text).split())
    if comma:
        return "" if is_title(" ".join(words)) else " ".join(words), " ".join(surname.split())
    if len(words) == 1:
        return ("", words[0]) if titles else (words[0], "")
    return " ".join(words[:-1]), words[-1] if words else ""


_TAG_EDGE: Final = re.compile(r"[,;|\n]")
TAG_MAX: Final = 100


def read_tags(text: str) -> list[str]:
    """Read tags kept apart by comma, semicolon or bar, each once, in order."""
    tags = (" ".join(tag.split())[:TAG_MAX] for tag in _TAG_EDGE.split(text))
    return list(dict.fromkeys(tag for tag in tags if tag))


_HOUSE: Final = re.compile(r"\d+[A-Za-z]?(?:\s*[-/]\s*\d+[A-Za-z]?)?")


def address_part(text: str) -> str:
    """A cell of an address as it stands in the line."""
    return " ".join(text.split()).strip(",")


def is_house(part: str) -> bool:
    """Tell whether part of an address is a house's number: 12, 12a, 12-14."""
    return _HOUSE.fullmatch(part) is not None


def join_address(parts: list[str]) -> str:
    """Write an address in one line; a house's number stands before its road without a comma."""
    lines: list[str] = []
    for part in map(address_part, parts):
        if part and lines and is_house(lines[-1]):
            lines[-1] = f"{lines[-1]} {part}"
        elif part:
            lines.append(part)
    return ", ".join(lines)
