"""The Welsh catalogue: taken out of templates and code, kept as messages.po, compiled where it runs.

    python -m dialer.web.i18n update     bring messages.po in line with what pages say now
    python -m dialer.web.i18n compile    write messages.mo

English is the key, so only Welsh has a catalogue. The compiled file is not in the repository: whoever starts
first compiles it.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT: Final = Path(__file__).resolve().parents[1]
WELSH: Final = ROOT / "web/translations/cy/LC_MESSAGES"
PO: Final = WELSH / "messages.po"
MO: Final = WELSH / "messages.mo"

# Six forms, as Welsh counts: none, one, two, three, six, and all others. The noun stays singular.
_HEADER: Final = """\
# The Welsh of dialer's pages. Drafts: a native reader must check all of it before release.
msgid ""
msgstr ""
"Language: cy\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n==3 ? 3 : n==6 ? 4 : 5);\\n"

"""

_METHODS: Final = [("web/templates/**.html", "jinja2"), ("**.py", "python")]
_OPTIONS: Final = {"web/templates/**.html": {"trimmed": "true", "newstyle_gettext": "true"}}
_KEYWORDS: Final = {
    "_": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "npgettext": ((1, "c"), 2, 3),
    "pgettext": ((1, "c"), 2),
}


def said_on_pages() -> Catalog:
    """Every sentence that templates and code hand to gettext, with where it stands."""
    found = Catalog(locale="cy", project="dialer", charset="utf-8")
    for file, line, message, comments, context in _sentences():
        found.add(message, None, [(file, line)], auto_comments=comments, context=context)
    return found


def said_with_and_without_number() -> set[str]:
    """Sentences that stand both alone and as the first of a plural. Their Welsh is that of the plural, which
    names the number: said alone it would have none to name, and the page would fail.
    """
    alone, of_plurals = set(), set()
    for _, _, message, _, context in _sentences():
        if isinstance(message, str):
            alone.add((context, message))
        else:
            of_plurals.add((context, message[0]))
    return {message for _, message in alone & of_plurals}


def _sentences() -> Iterator[Any]:
    return extract_from_dir(ROOT, method_map=_METHODS, options_map=_OPTIONS, keywords=_KEYWORDS)


def welsh() -> Catalog:
    """The catalogue as it is kept."""
    with PO.open("rb") as file:
        return read_po(file, locale="cy")


def update() -> None:
    """Keep what is translated, add what is new, drop what no page says any more."""
    kept = welsh()
    kept.update(said_on_pages(), no_fuzzy_matching=True)
    kept.obsolete.clear()
    write(kept)


def write(catalogue: Catalog) -> None:
    """Keep the catalogue, in an order of its own, so that a change shows as what it is."""
    written = io.BytesIO()
    write_po(written, catalogue, width=100, sort_output=True, no_location=True, omit_header=True)
    PO.write_bytes(_HEADER.encode() + written.getvalue())


def compile_catalogue() -> None:
    """Write messages.mo in one move, so that several processes may start at once."""
    with tempfile.NamedTemporaryFile(dir=WELSH, suffix=".mo", delete=False) as file:
        write_mo(file, welsh())
    Path(file.name).chmod(0o644)
    os.replace(file.name, MO)  # noqa: PTH105 - Path.replace is the same, this says that it is atomic


def compile_if_stale() -> None:
    """Compile where that was not done since the catalogue changed."""
    if not MO.exists() or MO.stat().st_mtime < PO.stat().st_mtime:
        compile_catalogue()


if __name__ == "__main__":
    {"update": update, "compile": compile_catalogue}[sys.argv[1]]()
