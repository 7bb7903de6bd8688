"""What `dialer blast` takes."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import uuid
from pathlib import Path
from typing import Any

from dialer.domain.first_texts import BY_HAND
from dialer.domain.languages import SPOKEN
from dialer.domain.texting import EMAIL


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """An action, each with its own arguments; `--json` may stand on either side of it."""
    actions = parser.add_subparsers(metavar="ACTION", dest="action", required=True)
    _create(_action(actions, "create", "write one down; nobody gets anything yet"))
    _one(actions, "estimate", "count who would get it, and what it takes")
    expected = _one(actions, "launch", "send it, at once or at its time")
    expected.add_argument(
        "--expected-recipients", type=_count, metavar="N", help="not if it is over 1 %% more or fewer people"
    )
    expected.add_argument(
        "--first-wave", type=_count, metavar="N", help="so many first, drawn by lot; the rest once resumed"
    )
    expected.add_argument(
        "--goes-on-after",
        type=_count,
        metavar="SECONDS",
        help="the rest follows that wave by itself so long after it, unless it came back badly",
    )
    _one(actions, "pause", "send nothing more of it until it is resumed")
    _one(actions, "resume", "let it go on from where it stood")
    _one(actions, "cancel", "call it off: what has not been sent never will be")
    asks = _one(actions, "ask-for", "say what replies to it mean, for those that come from now on")
    asks.add_argument(
        "answers", nargs="*", metavar="ANSWER", help="of its campaign, by name; none: only the usual ones"
    )
    watch = _one(actions, "progress", "say how far it is")
    watch.add_argument("--watch", action="store_true", help="a line whenever that changes, until it is over")
    listing = _action(actions, "list", "all of them, oldest first")
    listing.add_argument("--campaign", type=uuid.UUID, metavar="ID", help="only of this campaign")
    _one(actions, "show", "one of them")
    trial = _one(actions, "test-send", "try it on up to five phones or addresses of your own")
    trial.add_argument("to", nargs="+", metavar="NUMBER", help="a phone or an address, in any usual writing")
    trial.add_argument(
        "--in",
        dest="languages",
        action="append",
        default=[],
        choices=sorted(SPOKEN),
        metavar="LANGUAGE",
        help="in the words of this language, such as cy; may be repeated",
    )


def _action(actions: Any, name: str, about: str) -> argparse.ArgumentParser:
    added: argparse.ArgumentParser = actions.add_parser(name, help=about, description=about)
    added.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print one JSON object")
    return added


def _one(actions: Any, name: str, about: str) -> argparse.ArgumentParser:
    added = _action(actions, name, about)
    added.add_argument("blast", type=uuid.UUID, metavar="ID", help="which; `dialer blast list` shows them")
    return added


def _create(create: argparse.ArgumentParser) -> None:
    create.add_argument("--campaign", type=uuid.UUID, required=True, metavar="ID", help="it belongs to")
    create.add_argument("--name", required=True, help="what it is called here; nobody else sees it")
    body = create.add_mutually_exclusive_group(required=True)
    body.add_argument("--body", help="what it says")
    body.add_argument("--body-file", dest="body", type=_text_of, metavar="FILE", help="a file of it, or -")
    create.add_argument(
        "--body-in",
        dest="bodies",
        action="append",
        default=[],
        type=_body_in,
        metavar="LANGUAGE=TEXT",
        help="what it says to people of a language, such as cy=…; may be repeated",
    )
    create.add_argument(
        "--email",
        dest="channel",
        action="store_const",
        const=EMAIL,
        help="it is a letter, to addresses; needs a --subject",
    )
    create.add_argument("--subject", help="of a letter: what it is about")
    create.add_argument(
        "--subject-in",
        dest="subjects",
        action="append",
        default=[],
        type=_body_in,
        metavar="LANGUAGE=TEXT",
        help="the same to people of a language; may be repeated",
    )
    create.add_argument(
        "--list", action="append", default=[], type=uuid.UUID, metavar="ID", help="may be repeated"
    )
    create.add_argument("--audience-id", type=uuid.UUID, metavar="ID", help="whom a saved audience picks")
    create.add_argument(
        "--audience", type=_object, metavar="JSON", help='such as {"support": [1, 2], "voted": false}'
    )
    create.add_argument(
        "--sender", dest="senders", action="append", default=[], metavar="SENDER", help="may be repeated"
    )
    create.add_argument(
        "--asks-for",
        action="append",
        default=[],
        metavar="ANSWER",
        help="an answer of the campaign that replies to it may be; may be repeated",
    )
    create.add_argument("--send-at", type=_moment, metavar="TIME", help="such as 2026-05-07T09:00+01:00")
    create.add_argument("--deadline-at", type=_moment, metavar="TIME", help="nothing arrives later")
    create.add_argument(
        "--by-hand",
        dest="mode",
        action="store_const",
        const=BY_HAND,
        help="a volunteer presses once for each text",
    )
    create.add_argument("--batch-size", type=_count, metavar="N", help="by hand: so many at once for each")
    create.add_argument(
        "--volunteer-limit", type=_count, metavar="N", help="by hand: so many for each at most"
    )


def _text_of(name: str) -> str:
    """What stands in a file, or comes in; the last line’s end is the editor’s, not the text’s."""
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise argparse.ArgumentTypeError(f"{name} can’t be read as a text in UTF-8") from None
    return text.rstrip("\n")


def _body_in(text: str) -> tuple[str, str]:
    language, is_one, body = text.partition("=")
    if not is_one or language not in SPOKEN:
        raise argparse.ArgumentTypeError(f"LANGUAGE=TEXT expected, with one of {', '.join(SPOKEN)}")
    return language, body


def _object(text: str) -> dict[str, Any]:
    try:
        found: Any = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise argparse.ArgumentTypeError('an object such as {"support": [1, 2], "voted": false} expected')
    return found


def _moment(text: str) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise argparse.ArgumentTypeError("a time with its zone expected, such as 2026-05-07T09:00+01:00")
    return found


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise argparse.ArgumentTypeError("a whole number expected")
    return int(text)
