"""What a letter says, as text and as HTML, made from one source.

The source is plain text with a few marks: an empty line parts paragraphs, `# ` begins a heading, `- ` a point
of a list, `[words](https://…)` is a link, and so is an address that stands alone. The HTML loads nothing from
anywhere and counts no readers: who opens a letter is nobody's business but theirs.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final

from dialer.domain.bodies import USUAL, Bodies
from dialer.domain.languages import RIGHT_TO_LEFT

SUBJECT_LONGEST: Final = 200
ANSWERS: Final = frozenset({"re", "aw", "sv", "antw", "ateb"})
"""How an answer's subject begins."""
BODY_LONGEST: Final = 20_000

_ADDRESS: Final = r"https?://[^\s<>\"\[\]]+"
_LINK: Final = re.compile(
    rf"\[(?P<words>[^\[\]\n]{{1,500}})\]\((?P<to>https?://[^\s<>\"()\[\]]+)\)|(?P<bare>{_ADDRESS})"
)
_TRAILING: Final = ".,;:!?'’”»)"
_PARTING: Final = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_HEADING: Final = "# "
_POINT: Final = "- "

_STYLE: Final = "font-family:sans-serif;line-height:1.5;max-width:38em;margin:1em auto;padding:0 1em"

_HEADING_STYLE: Final = ' style="font-size:1.4em"'

_WAY_OUT: Final[Mapping[str, str]] = {"cy": "Peidio â chael rhagor o e-byst gennym ni"}
_USUAL_WAY_OUT: Final = "Stop these emails"
OPT_OUT: Final = "opt_out_url"


def with_way_out(body: str, language: str) -> str:
    """A letter with its way out at the end, where its writer hasn't put it elsewhere.

    Every letter has one (regulations 22(3)(c) and 23 of the Privacy and Electronic Communications (EC
    Directive) Regulations 2003).
    """
    if f"{{{OPT_OUT}" in body:
        return body
    return f"{body.rstrip()}\n\n[{_WAY_OUT.get(language, _USUAL_WAY_OUT)}]({{{OPT_OUT}}})"


def as_one(subjects: Bodies, bodies: Bodies) -> Bodies:
    """Subject and body of each language together, for whoever looks for something in all that is said."""
    said = {language: f"{subject_in(subjects, language)}\n\n{body}" for language, body in bodies.each()}
    return Bodies(said.pop(USUAL), said, bodies.picture)


def subject_in(subjects: Bodies, language: str) -> str:
    """The subject of a letter in one of its languages; the usual one where it has no other."""
    return subjects.others.get(language) or subjects.usual


def one_line(text: str) -> str:
    """Words as a header carries them: on one line, without signs that steer."""
    spaced = "".join(" " if unicodedata.category(sign) in {"Cc", "Zl", "Zp"} else sign for sign in text)
    return " ".join(spaced.split())[:SUBJECT_LONGEST]


def answering_subject(subject: str) -> str:
    """What an answer to a letter is about (RFC 5322, 3.6.5): “Re: ” once, in whichever language it came."""
    plain = one_line(subject)
    first = plain.partition(":")[0].casefold() if ":" in plain else ""
    return plain if first in ANSWERS else one_line(f"Re: {plain}" if plain else "Re:")


def harmless(value: str) -> str:
    """What is known of a person, as a letter may say it: a name that somebody gave on a public page makes no
    link, list or heading of its own.
    """
    return one_line(value).replace("[", "(").replace("]", ")").replace("://", ":\u2009//")


def as_text(source: str) -> str:
    """The letter for who reads plain text: a link's address stands behind its words."""
    return "\n\n".join(_text_of(block) for block in _blocks(source)) + "\n"


def as_html(source: str, language: str = USUAL, title: str = "", *, styled: bool = True) -> str:
    """The letter for who reads HTML: whole, escaped, with nothing to fetch. Without styles it stands where a
    Content-Security-Policy allows none.
    """
    style = f' style="{_STYLE}"' if styled else ""
    said = "\n".join(_html_of(block) for block in _blocks(source))
    said = said if styled else said.replace(_HEADING_STYLE, "")
    tongue = f' lang="{html.escape(language)}"' if language else ""
    return (
        f'<!doctype html>\n<html{tongue} dir="{_direction(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{html.escape(title)}</title></head>\n"
        f"<body{style}>\n{said}\n</body></html>\n"
    )


def _direction(language: str) -> str:
    """Which way it is read: where nobody says in which language it is, as its first letters tell."""
    if not language:
        return "auto"
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def _blocks(source: str) -> Iterator[list[str]]:
    """Headings, lists and paragraphs, each as its lines."""
    for part in _PARTING.split(source.replace("\r\n", "\n").replace("\r", "\n").strip("\n")):
        lines = [line.rstrip() for line in part.split("\n")]
        while lines:
            kind = _kind_of(lines[0])
            most = 1 if kind == _HEADING else len(lines)
            end = next((at for at in range(1, most) if _kind_of(lines[at]) != kind), most)
            yield lines[:end]
            lines = lines[end:]


def _kind_of(line: str) -> str:
    return next((mark for mark in (_HEADING, _POINT) if line.startswith(mark)), "")


def _text_of(lines: list[str]) -> str:
    if _kind_of(lines[0]) == _HEADING:
        words = _plain(lines[0].removeprefix(_HEADING))
        return f"{words}\n{'=' * min(len(words), 60)}"
    return "\n".join(_plain(line) for line in lines)


def _plain(line: str) -> str:
    def put(found: re.Match[str]) -> str:
        return found["bare"] or f"{found['words']}: {found['to']}"

    return _LINK.sub(put, line)


def _html_of(lines: list[str]) -> str:
    kind = _kind_of(lines[0])
    said = [_linked(line.removeprefix(kind)) for line in lines]
    if kind == _HEADING:
        return f"<h1{_HEADING_STYLE}>{said[0]}</h1>"
    if kind == _POINT:
        return "<ul>" + "".join(f"<li>{point}</li>" for point in said) + "</ul>"
    whole = "<br>\n".join(said)
    return f'<p dir="auto">{whole}</p>'


def _linked(line: str) -> str:
    pieces, end = [], 0
    for found in _LINK.finditer(line):
        to, words, stop = found["to"], found["words"], found.end()
        if to is None:
            to = words = found["bare"].rstrip(_TRAILING)
            stop = found.start() + len(to)
        pieces += [html.escape(line[end : found.start()]), _anchor(to, words)]
        end = stop
    return "".join([*pieces, html.escape(line[end:])])


def _anchor(to: str, words: str) -> str:
    return f'<a href="{html.escape(to)}">{html.escape(words)}</a>'
