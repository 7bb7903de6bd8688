"""A workbook's numbers as its number formats show them (ECMA-376, part 1, 18.8.30 and 18.8.31)."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import lru_cache
from typing import Final, NamedTuple

SHORT_DATE: Final = "short date"
BUILTIN: Final[dict[int, str]] = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    14: SHORT_DATE,
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: f"{SHORT_DATE} h:mm",
    27: "yyyy-mm-dd",
    30: "yyyy-mm-dd",
    36: "yyyy-mm-dd",
    37: "#,##0;-#,##0",
    38: "#,##0;-#,##0",
    39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;-#,##0.00",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "0.00E+00",
    50: "yyyy-mm-dd",
    57: "yyyy-mm-dd",
}
"""Formats that a workbook names by number alone. A short date is written as the reader's country does."""

_PIECE: Final = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_(?P<gap>.)|\*(?P<fill>.)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<half>AM/PM|A/P)|(?P<power>E[+-]0+)|(?P<general>General)|(?P<place>[0#?])"
    r"|(?P<date>y+|m+|d+|h+|s+)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_ELAPSED: Final = re.compile(r"h+|m+|s+", re.IGNORECASE)
_CONDITION: Final = re.compile(r"(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)")
_CURRENCY: Final = re.compile(r"\$([^-]*)")
_LONG: Final = 9
"""So many digits are a telephone number or another name, not an amount: no separators go between them."""

_EXACT: Final = Decimal(10) ** 15
"""Excel keeps fifteen digits; what is larger is shown with its power, so that lost digits are seen."""

_PRECISION: Final = 1_000
"""More digits than a format of 255 characters can ask for."""


class Token(NamedTuple):
    """A piece of a format: what kind it is, and its text."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """One of a format's parts, with the numbers it is for: `test` is a comparison and what with."""

    tokens: tuple[Token, ...]
    test: tuple[str, Decimal] | None = None

    def has(self, *kinds: str) -> bool:
        return any(token.kind in kinds for token in self.tokens)


def _token(match: re.Match[str]) -> Token | None:
    kind = match.lastgroup or "other"
    text = match[kind]
    if kind in {"quoted", "escaped"}:
        return Token("literal", text)
    if kind == "gap":
        return Token("literal", " ")
    if kind == "fill":
        return None
    if kind == "bracket":
        if _ELAPSED.fullmatch(text):
            return Token("elapsed", text.lower())
        currency = _CURRENCY.match(text)
        return Token("literal", currency[1]) if currency and currency[1] else None
    return Token(kind, text.lower() if kind == "date" else text)


def _sections(code: str) -> list[Section]:
    sections: list[Section] = []
    tokens: list[Token] = []
    test = None
    for match in _PIECE.finditer(code):
        if match["other"] == ";":
            sections.append(Section(tuple(tokens), test))
            tokens, test = [], None
        elif match["bracket"] and (found := _CONDITION.fullmatch(match["bracket"])):
            test = (found[1], Decimal(found[2]))
        elif token := _token(match):
            tokens.append(token)
    return [*sections, Section(tuple(tokens), test)]


def plain(number: Decimal) -> str:
    """A number without a format: all its digits, fifteen at the most; beyond that with its power of ten."""
    with localcontext() as context:
        context.prec = 15
        number = +number
    if not number:
        return "0"
    if abs(number) >= _EXACT or abs(number) < Decimal("1e-9"):
        return f"{number.normalize():E}"
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """A format read once. `is_date`: its numbers are days since the workbook's first."""

    sections: tuple[Section, ...]
    is_date: bool

    def show(self, number: Decimal) -> str:
        """Write a number that is no date as the format does."""
        section, signed = self._section_for(number)
        if section is None or abs(number) >= _EXACT:
            return plain(number)
        with localcontext(prec=_PRECISION):
            shown = _show(section, abs(number))
        return f"-{shown}" if signed and shown.strip("0.,% ") else shown

    def _section_for(self, number: Decimal) -> tuple[Section | None, bool]:
        """The section that a number is shown by, and whether the sign is left for us to write."""
        numeric = self.sections[:3]
        for section in numeric:
            if section.test and _holds(section.test, number):
                return section, number < 0
        if any(section.test for section in numeric):
            untested = next((section for section in numeric if not section.test), None)
            return untested, number < 0
        if number < 0 and len(numeric) > 1:
            return numeric[1], False
        if not number and len(numeric) > 2:
            return numeric[2], False
        return numeric[0], number < 0


def _holds(test: tuple[str, Decimal], number: Decimal) -> bool:
    sign, bound = test
    return {
        "<": number < bound,
        "<=": number <= bound,
        ">": number > bound,
        ">=": number >= bound,
        "=": number == bound,
        "<>": number != bound,
    }[sign]


@lru_cache(maxsize=512)
def number_format(code: str, day_first: bool = True) -> NumberFormat | None:
    """Read a format; None for those that show a number as it is (`General`, `@`, fractions)."""
    sections = tuple(_sections(code.replace(SHORT_DATE, "dd/mm/yyyy" if day_first else "m/d/yyyy")))
    first = sections[0]
    if first.has("date", "elapsed", "half") and not first.has("general"):
        return NumberFormat(sections, is_date=True)
    if first.has("general") or not first.tokens or Token("other", "@") in first.tokens or "?/" in code:
        return None
    return NumberFormat(sections, is_date=False)


# --- one number --------------------------------------------------------------------------------------


def _show(section: Section, number: Decimal) -> str:
    if section.has("power"):
        return _with_power(section, number)
    if not section.has("place"):
        return "".join(token.text for token in section.tokens) or ""
    whole, decimals, scale = _places(section)
    percents = sum(token == Token("other", "%") for token in section.tokens)
    number = (number * 100**percents / 1000**scale).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    before, _, after = f"{number:f}".partition(".")
    grouped = whole > 1 and _is_grouped(section) and len(before) < _LONG
    return _fill(section.tokens, "" if before == "0" else before, after, grouped=grouped)


def _point(tokens: tuple[Token, ...]) -> int:
    """Where the decimal point stands; behind the end where there is none."""
    return tokens.index(Token("other", ".")) if Token("other", ".") in tokens else len(tokens)


def _places(section: Section) -> tuple[int, int, int]:
    """How many places stand before and behind the point, and by how many thousands it is divided."""
    point = _point(section.tokens)
    places = [index for index, token in enumerate(section.tokens) if token.kind == "place"]
    whole = [index for index in places if index < point]
    last = max(whole, default=-1)
    commas = [token for token in section.tokens[last + 1 : point] if token == Token("other", ",")]
    return len(whole), len(places) - len(whole), len(commas) if whole else 0


def _is_grouped(section: Section) -> bool:
    places = [index for index, token in enumerate(section.tokens) if token.kind == "place"]
    return any(Token("other", ",") == token for token in section.tokens[places[0] : places[-1]])


def _fill(tokens: tuple[Token, ...], before: str, after: str, *, grouped: bool) -> str:
    point = _point(tokens)
    left = _fill_whole(tokens[:point], before, grouped=grouped)
    right = _fill_decimals(tokens[point + 1 :], after)
    return left + ("." + right if point < len(tokens) else "")


def _fill_whole(tokens: tuple[Token, ...], digits: str, *, grouped: bool) -> str:
    """Put digits into the places from the right; the leftmost place takes all that are left."""
    first = next((index for index, token in enumerate(tokens) if token.kind == "place"), None)
    shown: list[str] = []
    filled = 0
    for index in reversed(range(len(tokens))):
        kind, text = tokens[index]
        if kind != "place":
            shown.append("" if text == "," else text)
            continue
        take = len(digits) if index == first else min(1, len(digits))
        piece = digits[len(digits) - take :] or {"0": "0", "?": " "}.get(text, "")
        digits = digits[: len(digits) - take]
        for digit in reversed(piece):
            if grouped and filled and filled % 3 == 0 and digit.isdigit():
                shown.append(",")
            shown.append(digit)
            filled += 1
    return "".join(reversed(shown))


def _fill_decimals(tokens: tuple[Token, ...], digits: str) -> str:
    needed = len(digits.rstrip("0"))
    shown, at = [], 0
    for kind, text in tokens:
        if kind != "place":
            shown.append("" if text == "," else text)
            continue
        if at < needed or text == "0":
            shown.append(digits[at])
        elif text == "?":
            shown.append(" ")
        at += 1
    return "".join(shown)


def _with_power(section: Section, number: Decimal) -> str:
    """Write a number with its power of ten where that shows all of it; else all its digits, which we have.

    A number that shows all of it is what was left of a longer one: 4.47E+11 was cut off before it came here.
    """
    power = next(token.text for token in section.tokens if token.kind == "power")
    _, decimals, _ = _places(Section(tuple(t for t in section.tokens if t.kind != "power")))
    shown = f"{number:.{decimals}E}"
    mantissa, _, exponent = shown.partition("E")
    width = len(power) - len("E+")
    text = f"{mantissa}E{'-' if int(exponent) < 0 else '+'}{abs(int(exponent)):0{width}}"
    return text if Decimal(text) == number else plain(number)
