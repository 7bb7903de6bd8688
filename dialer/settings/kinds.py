"""The kinds of value a setting can have: how text from the environment is read, and what is allowed.

A value of `config.toml` has a type already and must be of the right one; the environment knows only text.
Each kind turns either into the value the program uses, or raises ValueError with what is expected.
"""

import re
from collections.abc import Callable, Container
from decimal import Decimal
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from dialer.domain.email_address import read_address
from dialer.domain.short_link import is_public_shortener
from dialer.domain.texting import SENDER_KINDS

Parse = Callable[[object, bool], object]
"""Takes the raw value and whether it is text of the environment; returns the setting's value."""


def text(raw: object, _from_text: bool = True) -> str:
    if not isinstance(raw, str):
        raise ValueError("text expected")
    return raw.strip()


def secret(raw: object, from_text: bool = True) -> str:
    value = text(raw, from_text)
    if value and len(value) < 16:
        raise ValueError("at least 16 characters expected")
    return value


def boolean(raw: object, from_text: bool = True) -> bool:
    if isinstance(raw, bool):
        return raw
    words = {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
    }
    if from_text and isinstance(raw, str) and raw.strip().lower() in words:
        return words[raw.strip().lower()]
    raise ValueError("1 or 0 expected" if from_text else "true or false expected")


def whole_number(least: int, most: int) -> Parse:
    def parse(raw: object, from_text: bool = True) -> int:
        value = raw
        if from_text and isinstance(raw, str) and re.fullmatch(r"[0-9]{1,12}", raw.strip()):
            value = int(raw)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"a whole number from {least:,} to {most:,} expected")
        return value

    return parse


def number(least: float, most: float) -> Parse:
    def parse(raw: object, from_text: bool = True) -> float:
        value = raw
        if from_text and isinstance(raw, str) and re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,6})?", raw.strip()):
            value = float(raw)
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise ValueError(f"a number from {least:g} to {most:g} expected")
        return float(value)

    return parse


def one_of(*words: str) -> Parse:
    by_folded = {word.casefold(): word for word in words}

    def parse(raw: object, _from_text: bool = True) -> str:
        if not isinstance(raw, str) or raw.strip().casefold() not in by_folded:
            raise ValueError(f"one of {', '.join(words)} expected")
        return by_folded[raw.strip().casefold()]

    return parse


def countries(raw: object, from_text: bool = True) -> tuple[str, ...]:
    """ISO 3166 codes of two letters; the environment separates them by commas."""
    parts = raw.split(",") if from_text and isinstance(raw, str) else raw
    if not isinstance(parts, list) or not parts:
        raise ValueError("a list of countries such as GB, IE expected")
    codes = tuple(str(part).strip().upper() for part in parts)
    if not all(re.fullmatch(r"[A-Z]{2}", code) for code in codes):
        raise ValueError("countries as two letters, such as GB, expected")
    return codes


_PRICE = re.compile(rf"([A-Z]{{2}}(?:\.(?:{'|'.join(SENDER_KINDS)}))?) ?= ?([0-9]{{1,2}}(?:\.[0-9]{{1,4}})?)")
_DAILY_VOLUME = re.compile(rf"({'|'.join(SENDER_KINDS)}) ?= ?([0-9]{{1,6}})")


def prices(raw: object, from_text: bool = True) -> tuple[tuple[str, Decimal], ...]:
    """`GB=0.04`, or `US.10dlc=0.0079` for one kind of sender; the environment separates them by commas."""
    parts = raw.split(",") if from_text and isinstance(raw, str) else raw
    if not isinstance(parts, list):
        raise ValueError('a list of prices such as "GB=0.04", "US.10dlc=0.0079" expected')
    found = [_PRICE.fullmatch(str(part).strip()) for part in parts]
    listed = [(match[1], Decimal(match[2])) for match in found if match is not None]
    if len(dict(listed)) != len(parts):
        kinds = ", ".join(SENDER_KINDS)
        raise ValueError(f"each price once, as GB=0.04 or US.10dlc=0.0079, expected; kinds are {kinds}")
    return tuple(listed)


def daily_volumes(raw: object, from_text: bool = True) -> tuple[tuple[str, int], ...]:
    """`long_code=200`, so many a day for a kind of sender; the environment separates them by commas."""
    parts = raw.split(",") if from_text and isinstance(raw, str) else raw
    if not isinstance(parts, list):
        raise ValueError('a list such as "long_code=200", "10dlc=1000" expected')
    found = [_DAILY_VOLUME.fullmatch(str(part).strip()) for part in parts]
    listed = [(match[1], int(match[2])) for match in found if match is not None]
    if len(dict(listed)) != len(parts):
        kinds = ", ".join(SENDER_KINDS)
        raise ValueError(f"each kind of sender once, as long_code=200, expected; kinds are {kinds}")
    return tuple(listed)


def currency(raw: object, _from_text: bool = True) -> str:
    """An ISO 4217 code."""
    if not isinstance(raw, str) or not re.fullmatch(r"[A-Za-z]{3}", raw.strip()):
        raise ValueError("a currency as three letters, such as GBP, expected")
    return raw.strip().upper()


def folder(raw: object, _from_text: bool = True) -> Path:
    if not isinstance(raw, str) or not raw.strip() or "\0" in raw:
        raise ValueError("a folder expected")
    return Path(raw).expanduser()


def address(raw: object, _from_text: bool = True) -> str:
    """`HOST:PORT`; an IPv6 host stands in brackets."""
    match = (
        re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):([0-9]{1,5})", raw.strip())
        if isinstance(raw, str)
        else None
    )
    if match is None or not 1 <= int(match[2]) <= 65535:
        raise ValueError("host:port such as 127.0.0.1:8000 expected")
    return match[0]


def web_address(raw: object, _from_text: bool = True) -> str:
    """The base of URLs that are handed out: no query, no fragment, no slash at the end."""
    parts = _url(raw, {"http", "https"}, "https://phones.example.org")
    if not parts.hostname or parts.query or parts.fragment:
        raise ValueError("a URL such as https://phones.example.org expected")
    return parts.geturl().rstrip("/")


def link_domains(raw: object, from_text: bool = True) -> tuple[str, ...]:
    """Addresses of our own, such as https://vote.example.org; the environment separates them by commas."""
    parts = [part for part in raw.split(",") if part.strip()] if from_text and isinstance(raw, str) else raw
    if not isinstance(parts, list):
        raise ValueError("a list of addresses such as https://vote.example.org expected")
    domains = tuple(web_address(part) for part in parts)
    if any(is_public_shortener(urlsplit(domain).hostname or "") for domain in domains):
        raise ValueError("a domain of your own expected: networks block texts with public short links")
    return domains


def database_url(raw: object, _from_text: bool = True) -> str:
    """PostgreSQL only; the driver's name is ours to add."""
    schemes = {"postgres", "postgresql", "postgresql+psycopg"}
    parts = _url(raw, schemes, "postgresql://user:password@host/name")
    return "postgresql+psycopg" + str(raw).strip().removeprefix(parts.scheme)


def redis_url(raw: object, _from_text: bool = True) -> str:
    _url(raw, {"redis", "rediss", "unix"}, "redis://host:6379/0")
    return str(raw).strip()


def _url(raw: object, schemes: Container[str], example: str) -> SplitResult:
    """The parts of a URL with one of the schemes and, if any, a port that is one."""
    complaint = f"a URL such as {example} expected"
    if not isinstance(raw, str) or any(letter.isspace() for letter in raw.strip()):
        raise ValueError(complaint)
    try:
        parts = urlsplit(raw.strip())
        parts.port  # noqa: B018 -- raises where it is no port
    except ValueError:
        raise ValueError(complaint) from None
    if parts.scheme not in schemes or not (parts.netloc or parts.path.strip("/") or parts.query):
        raise ValueError(complaint)
    return parts


def email_address(raw: object, from_text: bool = True) -> str:
    """An address in its one form, or nothing."""
    value = text(raw, from_text)
    address = read_address(value) if value else ""
    if address is None:
        raise ValueError("an email address such as campaign@example.org expected")
    return address


_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


def domain(raw: object, from_text: bool = True) -> str:
    """A domain in lower case, or nothing."""
    value = text(raw, from_text).lower()
    if value and not _DOMAIN.fullmatch(value):
        raise ValueError("a domain such as mail.example.org expected")
    return value


def selectors(raw: object, from_text: bool = True) -> tuple[str, ...]:
    given = text(raw, from_text).split(",") if isinstance(raw, str) else raw
    if not isinstance(given, list):
        raise ValueError("names of selectors expected")
    names = tuple(text(one) for one in given if one)
    if not all(re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,62})", name) for name in names):
        raise ValueError("names of selectors such as mail2026 expected")
    return names


def sns_topics(raw: object, from_text: bool = True) -> tuple[str, ...]:
    given = text(raw, from_text).split(",") if from_text or isinstance(raw, str) else raw
    if not isinstance(given, list):
        raise ValueError("names of topics expected")
    names = tuple(text(one).strip() for one in given)
    if not all(_SNS_TOPIC.fullmatch(name) for name in names):
        raise ValueError("names of topics such as arn:aws:sns:eu-west-2:123456789012:letters expected")
    return names


_SNS_TOPIC = re.compile(r"arn:aws(?:-[a-z-]+)?:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}")
