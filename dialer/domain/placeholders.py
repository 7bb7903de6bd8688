"""The tiny language of scripts and texts: `{first_name|there}`; `{{` and `}}` are braces.

Placeholders are filled in one pass, so a value never brings in another placeholder. `{link:https://…}` in a
text is each person's own short address of that page.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from dialer.domain.short_link import fault_of_address

NAMES: Final = (
    "first_name",
    "last_name",
    "postcode",
    "constituency",
    "polling_district",
    "polling_station",
    "caller_name",
    "opt_out_url",
    "imprint_url",
    "picture_url",
)
PICTURE_URL: Final = "picture_url"
ADDRESSES: Final = frozenset({"opt_out_url", "imprint_url", PICTURE_URL})
"""What stands for an address, beside the links."""
CUSTOM: Final = "custom."
LINK: Final = "link:"
_TOKEN: Final = re.compile(r"\{\{|\}\}|\{(?P<name>[^{}|]*)(?:\|(?P<fallback>[^{}]*))?\}|[{}]")


def faults(text: str, *, spoken: bool = False) -> Iterator[str]:
    """What is wrong with the placeholders of a text, one sentence each, with what to do. What is `spoken` has
    no links.
    """
    for token in _TOKEN.finditer(text):
        name = token["name"]
        if name is None and token[0] in ("{", "}"):
            yield f"A single “{token[0]}” stands alone. Write “{token[0] * 2}” for a brace."
        elif name is not None and name.startswith(LINK):
            yield from _faults_of_link(token, spoken=spoken)
        elif name is not None and not _is_known(name):
            yield f"“{{{name}}}” isn’t a placeholder.{_suggestion(name)}"


def names_in(text: str) -> frozenset[str]:
    """The placeholders that a text uses."""
    return frozenset(token["name"] for token in _TOKEN.finditer(text) if token["name"] is not None)


def links_in(text: str) -> list[str]:
    """The addresses of the pages that a text leads to by `{link:…}`, in its order, each once."""
    names = (token["name"] or "" for token in _TOKEN.finditer(text))
    return list(dict.fromkeys(name.removeprefix(LINK) for name in names if name.startswith(LINK)))


def without_links(text: str) -> str:
    """The text without its links, for whoever looks for something else in it: nobody reads what they name."""
    return _TOKEN.sub(lambda token: "" if (token["name"] or "").startswith(LINK) else token[0], text)


def without(text: str, name: str) -> str:
    """The text without one of its placeholders; a line that held nothing else goes too."""
    lines = []
    for line in text.split("\n"):
        left = _TOKEN.sub(lambda token: "" if token["name"] == name else token[0], line)
        if left == line:
            lines.append(line)
        elif left.strip():
            lines.append(" ".join(left.split()))
    return "\n".join(lines).strip()


def without_fallback(text: str) -> list[str]:
    """The placeholders of a text, in its order, that leave nothing where nothing is known."""
    found = (token for token in _TOKEN.finditer(text) if token["name"] is not None)
    return list(dict.fromkeys(token["name"] for token in found if not token["fallback"]))


def lacking(text: str, values: Mapping[str, str | None]) -> list[str]:
    """The placeholders of a text, in its order, that nothing would stand for: neither value nor fallback."""
    found = (token for token in _TOKEN.finditer(text) if token["name"] is not None)
    return list(dict.fromkeys(token["name"] for token in found if not _filler(values)(token)))


def pieces(text: str, values: Mapping[str, str | None]) -> Iterator[tuple[str, bool]]:
    """The filled text in pieces; True for those that a placeholder brought in."""
    put, end = _filler(values), 0
    for token in _TOKEN.finditer(text):
        yield text[end : token.start()], False
        yield put(token), token["name"] is not None
        end = token.end()
    yield text[end:], False


def as_written(text: str) -> Iterator[tuple[str, str | None]]:
    """The text in pieces, unfilled, double braces single; those that are placeholders with their names."""
    end = 0
    for token in _TOKEN.finditer(text):
        yield text[end : token.start()], None
        yield (token[0][0], None) if token["name"] is None else (token[0], token["name"])
        end = token.end()
    yield text[end:], None


def fill(text: str, values: Mapping[str, str | None]) -> str:
    """The text with its placeholders filled; an empty value gives the fallback, else nothing."""
    return _TOKEN.sub(_filler(values), text)


def fill_first(text: str, values: Mapping[str, str | None]) -> str:
    """The text filled with what is known by now, for somebody to look over before it is filled once more: its
    addresses are left, which belong to a text that is sent, and so is what nothing stands for. All other
    braces stay braces.
    """
    put = _filler(values)

    def replacement(token: re.Match[str]) -> str:
        name = token["name"]
        if name is None:
            return token[0][0] * 2
        filled = "" if name.startswith(LINK) or name in ADDRESSES else put(token)
        return filled.replace("{", "{{").replace("}", "}}") or token[0]

    return _TOKEN.sub(replacement, text)


def _filler(values: Mapping[str, str | None]) -> Callable[[re.Match[str]], str]:
    def replacement(token: re.Match[str]) -> str:
        if token["name"] is None:
            return token[0][0]
        value = (values.get(token["name"]) or "").strip()
        return value or token["fallback"] or ""

    return replacement


def _faults_of_link(token: re.Match[str], *, spoken: bool) -> Iterator[str]:
    if spoken:
        yield "A link goes into a text. What is said has none."
    elif token["fallback"] is not None:
        yield "A link always leads somewhere: take the bar and what stands behind it out."
    elif fault := fault_of_address(token["name"].removeprefix(LINK)):
        yield fault


def _is_known(name: str) -> bool:
    return name in NAMES or (name.startswith(CUSTOM) and len(name) > len(CUSTOM))


def _suggestion(name: str) -> str:
    if name.strip().casefold().startswith("link"):
        return f" Write a link as {{{LINK}https://example.org/vote}}."
    close = difflib.get_close_matches(name.casefold(), NAMES, n=1)
    return f" Did you mean {{{close[0]}}}?" if close else ""
