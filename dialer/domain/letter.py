"""What a letter says, as text and as HTML, made from one source.

The source is plain text with a few marks: an empty line parts paragraphs, `# ` begins a heading, `- ` a point
of a list, `[words](https://…)` is a link, and so is an address that stands alone. The HTML loads nothing from
anywhere and counts no readers: who opens a letter is nobody's business but theirs.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
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
VALUE_BEGINS, VALUE_ENDS = "\ue000", "\ue001"
"""Around what is known of a person, where a page marks it (signs that Unicode leaves to private use)."""
_MARKS: Final = str.maketrans("", "", VALUE_BEGINS + VALUE_ENDS)

_ISOLATE, _ISOLATE_ENDS = "\u2068", "\u2069"
_STEERING: Final = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
_JOINER: Final = "\u2060"

_STYLE: Final = "font-family:sans-serif;line-height:1.5;max-width:38em;margin:1em auto;padding:0 1em"

_HEADING_STYLE: Final = ' style="font-size:1.4em"'

_WAY_OUT: Final[Mapping[str, str]] = {"cy": "Peidio â chael rhagor o e-byst gennym ni"}
_USUAL_WAY_OUT: Final = "Stop these emails"
OPT_OUT: Final = "opt_out_url"
_IMPRINT: Final[Mapping[str, str]] = {
    "cy": "Pwy sy’n anfon hwn",
    "de": "Wer das schickt",
    "es": "Quién envía esto",
    "fr": "Qui envoie ceci",
    "pl": "Kto to wysyła",
}
_USUAL_IMPRINT: Final = "Who sends this"
_BARE_IMPRINT: Final = re.compile(
    r"^[ \t]*(?:(?:Imprint|Argraffnod):[ \t]*)?\{imprint_url\}[ \t]*$", re.MULTILINE
)


def with_way_out(body: str, language: str) -> str:
    """A letter with its way out at the end, where its writer hasn't put it elsewhere.

    Every letter has one (regulations 22(3)(c) and 23 of the Privacy and Electronic Communications (EC
    Directive) Regulations 2003).
    """
    if f"{{{OPT_OUT}" in body:
        return body
    return f"{body.rstrip()}\n\n[{_WAY_OUT.get(language, _USUAL_WAY_OUT)}]({{{OPT_OUT}}})"


def naming_imprint(body: str, language: str, *, leads: bool) -> str:
    """A letter in which the link to the imprint says what it is, where it stands alone in its line and
    `leads` somewhere. One with words to stand in its place is left as it was written.
    """
    if not leads:
        return body
    words = _IMPRINT.get(language, _USUAL_IMPRINT)
    return _BARE_IMPRINT.sub(f"[{words}]({{imprint_url}})", body)


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
    link, list or heading of its own. One that is read from the right stands by itself (Unicode UAX #9, 3.1.2)
    and turns nothing around it.
    """
    plain = "".join(sign for sign in one_line(value) if unicodedata.bidirectional(sign) not in _STEERING)
    plain = plain.replace("[", "(").replace("]", ")").replace("://", ":\u2009//").translate(_MARKS)
    if plain.startswith((_HEADING.strip(), _POINT.strip())):
        plain = _JOINER + plain
    return f"{_ISOLATE}{plain}{_ISOLATE_ENDS}" if _turns(plain) else plain


def _turns(words: str) -> bool:
    return any(unicodedata.bidirectional(sign) in {"R", "AL"} for sign in words)


def direction_of(words: str, usual: str = "ltr") -> str:
    """Which way words are read, as their first letters tell that don't stand by themselves (UAX #9, P2)."""
    depth = 0
    for sign in words:
        kind = unicodedata.bidirectional(sign)
        if kind in {"LRI", "RLI", "FSI"}:
            depth += 1
        elif kind == "PDI":
            depth = max(0, depth - 1)
        elif not depth and kind in {"L", "R", "AL"}:
            return "ltr" if kind == "L" else "rtl"
    return usual


@dataclass(frozen=True, slots=True)
class Run:
    """Words of a line; those of a link with where it leads."""

    words: str
    to: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, the points of a list or a paragraph, and which way it is read."""

    kind: str
    """`# `, `- ` or nothing, as its lines begin in the source."""
    direction: str
    lines: tuple[tuple[Run, ...], ...]

    @property
    def is_heading(self) -> bool:
        """Whether it stands above what follows."""
        return self.kind == _HEADING

    @property
    def is_list(self) -> bool:
        """Whether each of its lines is a point."""
        return self.kind == _POINT


@dataclass(frozen=True, slots=True)
class Read:
    """A letter as its reader sees it."""

    language: str
    direction: str
    blocks: tuple[Block, ...]


def read(source: str, language: str = USUAL) -> Read:
    """The letter with its marks understood, for whoever shows it."""
    direction = _direction(source, language)
    return Read(language, direction, tuple(_read(lines, direction) for lines in _blocks(source)))


def in_words(source: str) -> str:
    """All that a letter says in one line, without its marks."""
    blocks = read(source).blocks
    return " ".join("".join(run.words for run in line) for block in blocks for line in block.lines)


def with_marks(pieces: Iterable[tuple[str, bool]]) -> str:
    """A letter from its pieces, with signs around those that come from what is known of somebody; an address
    has none.
    """
    return "".join(
        f"{VALUE_BEGINS}{piece}{VALUE_ENDS}" if is_value and piece and "://" not in piece else piece
        for piece, is_value in pieces
    )


def _read(lines: list[str], direction: str) -> Block:
    kind = _kind_of(lines[0])
    runs = tuple(tuple(_runs(line.removeprefix(kind))) for line in lines)
    said = "".join(run.words for line in runs for run in line if run.words != run.to)
    return Block(kind, direction_of(said, direction), runs)


def as_text(source: str) -> str:
    """The letter for who reads plain text: a link's address stands behind its words."""
    return "\n\n".join(_text_of(block) for block in _blocks(source)) + "\n"


def as_html(source: str, language: str = USUAL, title: str = "") -> str:
    """The letter for who reads HTML: whole, escaped, with nothing to fetch."""
    letter = read(source, language)
    said = "\n".join(_html_of(block, letter.direction) for block in letter.blocks)
    tongue = f' lang="{html.escape(language)}"' if language else ""
    return (
        f'<!doctype html>\n<html{tongue} dir="{letter.direction}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{html.escape(title)}</title></head>\n"
        f'<body style="{_STYLE}">\n{said}\n</body></html>\n'
    )


def _direction(source: str, language: str) -> str:
    """Which way it is read: where nobody says in which language it is, as its own first letters tell."""
    if not language:
        return direction_of(source)
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


def _html_of(block: Block, around: str) -> str:
    turned = f' dir="{block.direction}"' if block.direction != around else ""
    said = ["".join(map(_html_run, line)) for line in block.lines]
    if block.is_heading:
        return f"<h1{turned}{_HEADING_STYLE}>{said[0]}</h1>"
    if block.is_list:
        return f"<ul{turned}>" + "".join(f"<li>{point}</li>" for point in said) + "</ul>"
    whole = "<br>\n".join(said)
    return f"<p{turned}>{whole}</p>"


def _html_run(run: Run) -> str:
    words = html.escape(run.words)
    return f'<a href="{html.escape(run.to)}">{words}</a>' if run.to else words


def _runs(line: str) -> Iterator[Run]:
    """A line's words and links in their order."""
    end = 0
    for found in _LINK.finditer(line):
        to, words, stop = found["to"], found["words"], found.end()
        if to is None:
            bare = found["bare"].rstrip(_TRAILING + VALUE_ENDS)
            to = words = bare.translate(_MARKS)
            stop = found.start() + len(bare)
        if before := line[end : found.start()]:
            yield Run(before)
        yield Run(words, to.translate(_MARKS))
        end = stop
    if rest := line[end:]:
        yield Run(rest)
