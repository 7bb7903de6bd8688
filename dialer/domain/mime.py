"""Reading letters that anybody may have written: bounded, and never raising (RFC 5322, 2045 to 2049).

The standard library's older policy is used, since the newer one raises for headers that are wrong enough.
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import getaddresses
from html.parser import HTMLParser
from typing import Final

LONGEST_HEADER: Final = 2000
LONGEST_TEXT: Final = 200_000
MOST_PARTS: Final = 200
MOST_NESTED: Final = 60
"""So many parts of a letter may have parts themselves. Parsing goes as deep as they are nested."""

_MANY: Final = re.compile(rb"^content-type:\s*(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)
_NAMES: Final = re.compile(r"<([^<>\s]{1,500})>")
_ADDRESS: Final = re.compile(r"[^\s<>@\"(),:;]{1,64}@[^\s<>@\"(),:;]{1,255}")
_UNKEPT: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_BLANK_LINES: Final = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")

Part = Message


def parse(raw: bytes) -> Part:
    """The letter; of one with too many parts within parts, its headers alone."""
    if len(_MANY.findall(raw)) > MOST_NESTED:
        return BytesHeaderParser(policy=compat32).parsebytes(raw)
    return email.message_from_bytes(raw, policy=compat32)


def parts(letter: Part) -> Iterator[Part]:
    """The letter and everything in it, in order."""
    for nth, part in enumerate(letter.walk()):
        if nth >= MOST_PARTS:
            return
        yield part


def header(part: Part, name: str) -> str:
    """The first header of that name as one line of text; empty where there is none."""
    return next(headers(part, name), "")


def headers(part: Part, name: str) -> Iterator[str]:
    """All headers of that name."""
    for value in part.get_all(name, [])[:MOST_PARTS]:
        yield " ".join(kept(_decoded(str(value)[: 4 * LONGEST_HEADER])).split())[:LONGEST_HEADER]


def addresses(part: Part, name: str) -> list[tuple[str, str]]:
    """Names and addresses of a header, the addresses as they were written."""
    found = []
    for value in part.get_all(name, [])[:10]:
        plain = " ".join(kept(str(value)[:LONGEST_HEADER]).split())
        pairs = [(shown, one) for shown, one in getaddresses([plain]) if _ADDRESS.fullmatch(one)]
        found += pairs or [("", one) for one in _ADDRESS.findall(plain)]
    return [(" ".join(kept(_decoded(shown)).split())[:200], one) for shown, one in found[:MOST_PARTS]]


def names(part: Part, *of_headers: str) -> tuple[str, ...]:
    """Message-IDs in these headers, without their brackets."""
    said = " ".join(value for name in of_headers for value in headers(part, name))
    return tuple(dict.fromkeys(_NAMES.findall(said)))


def kind(part: Part) -> str:
    """Such as `text/plain`, in lower case."""
    return part.get_content_type()


def parameter(part: Part, name: str) -> str:
    """A parameter of its content type; empty where there is none."""
    try:
        value = part.get_param(name, "")
    except (ValueError, LookupError):  # continued parameters that are wrongly numbered (RFC 2231)
        return ""
    return kept(value if isinstance(value, str) else str(value[-1] if value else ""))


def held(part: Part) -> list[Part] | None:
    """The parts that one holds; None where it holds words or data itself.

    `get_payload` isn't asked then: it would read them by whatever stands there for a charset, and raise.
    """
    return [one for one in part.get_payload() if isinstance(one, Message)] if part.is_multipart() else None


def data(part: Part) -> bytes:
    """What a part holds, its transfer encoding undone as far as that goes."""
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def text(part: Part) -> str:
    """A part's words: in the charset that it names, else as UTF-8, else as Windows-1252."""
    found = data(part)[: 4 * LONGEST_TEXT]
    for charset in (parameter(part, "charset") or "utf-8", "utf-8", "cp1252", "latin-1"):
        try:
            said = found.decode(charset)
        except (LookupError, ValueError):
            continue
        return kept(said.replace("\r\n", "\n").replace("\r", "\n"))[:LONGEST_TEXT]
    return ""


def filename(part: Part) -> str:
    """What a part is called by whoever sent it, without any folder; empty where it has no name."""
    try:
        found = part.get_filename("")
    except (ValueError, LookupError):
        found = ""
    plain = " ".join(kept(_decoded(found or "")).split())
    return re.split(r"[/\\]", plain)[-1][:200]


def inside(part: Part) -> Part | None:
    """The letter that a part of kind `message/…` or `text/rfc822-headers` holds."""
    if within := held(part):
        return within[0]
    found = data(part)
    return BytesHeaderParser(policy=compat32).parsebytes(found) if found else None


def kept(said: str) -> str:
    """Text without what can't be kept or shown: PostgreSQL takes no NUL, and nobody lone surrogates."""
    return _UNKEPT.sub("\ufffd", said)


def _decoded(value: str) -> str:
    """Encoded words undone (RFC 2047), what can't be undone left as it is."""
    if "=?" not in value:
        return value
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError):
        return value
    return "".join(
        piece if isinstance(piece, str) else _in_charset(piece, charset) for piece, charset in pieces
    )


def _in_charset(piece: bytes, charset: str | None) -> str:
    try:
        return piece.decode(charset or "ascii", "replace")
    except (LookupError, ValueError):
        return piece.decode("latin-1")


class _Words(HTMLParser):
    """The words of a page, with a line for each of its blocks and `> ` before what it quotes."""

    _UNSEEN: Final = frozenset({"head", "script", "style", "title", "template"})
    _BLOCKS: Final = frozenset(
        {"address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5"}
        | {"h6", "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul"}
    )

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._unseen: set[str] = set()
        self._blocks: list[bool] = []
        self._quoted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":
            self._unseen.clear()
        if tag in self._UNSEEN:
            self._unseen.add(tag)
        if tag in self._BLOCKS:
            self.pieces.append("\n")
        if tag in {"blockquote", "div"}:
            marks = dict(attrs).get("class") or ""
            quotes = tag == "blockquote" or "gmail_quote" in marks or "yahoo_quoted" in marks
            self._blocks.append(quotes)
            self._quoted += quotes

    def handle_endtag(self, tag: str) -> None:
        self._unseen.discard(tag)
        if tag in self._BLOCKS:
            self.pieces.append("\n")
        if tag in {"blockquote", "div"} and self._blocks:
            self._quoted -= self._blocks.pop()

    def handle_data(self, data: str) -> None:
        words = re.sub(r"[ \t\r\n\f]+", " ", data)
        if self._unseen or not words.strip():
            self.pieces.append(" " if words and not self._unseen else "")
        elif self._quoted:
            self.pieces.append(f"\n> {words.strip()}\n")
        else:
            self.pieces.append(words)


def words_of_page(page: str) -> str:
    """The words of an HTML text, what it quotes marked as mail programs mark it in plain text."""
    reader = _Words()
    reader.feed(page[:LONGEST_TEXT])
    reader.close()
    lines = (line.strip() for line in "".join(reader.pieces).replace("\xa0", " ").split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()
