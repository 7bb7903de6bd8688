"""`dialer token create`: a bearer token for a program, or for somebody who signs in at `/login`."""

from __future__ import annotations

import argparse
import re
import uuid
from typing import Final

from dialer.cli.command import Command, Outcome
from dialer.cli.installation import system_context
from dialer.domain.access import Permission, Role
from dialer.services.accounts.tokens import NewToken, create_token
from dialer.settings import Settings

UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def run(options: argparse.Namespace, settings: Settings) -> Outcome:
    """Print the token alone, the only time it is shown."""
    new = NewToken(
        role=options.role,
        name=options.name,
        campaign_ids=tuple(options.campaign),
        expires_in_s=options.expires_in,
    )
    with system_context(settings) as ctx:
        issued = create_token(ctx, new)
    data = {
        "id": issued.view.id,
        "token": issued.secret,
        "role": issued.view.role,
        "expires_at": issued.view.expires_at and issued.view.expires_at.isoformat(),
    }
    return Outcome(data, issued.secret)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    create = actions.add_parser("create", help="make one and print it")
    create.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="print one JSON object"
    )
    create.add_argument("--role", required=True, type=Role, choices=list(Role), help="what it may do")
    create.add_argument("--name", default="command line", help="what it is for, as lists of tokens show it")
    create.add_argument(
        "--campaign", action="append", default=[], type=uuid.UUID, help="only this campaign; may be repeated"
    )
    create.add_argument("--expires-in", type=duration_s, help="such as 12h or 30d; without it, never")


def duration_s(text: str) -> int:
    """Seconds of a number with s, m, h or d behind it."""
    match = re.fullmatch(r"([1-9][0-9]{0,8})([smhd])", text)
    if match is None:
        raise argparse.ArgumentTypeError("a duration such as 12h or 30d expected")
    return int(match[1]) * UNITS[match[2]]


COMMAND = Command("token", "make bearer tokens", Permission.TOKEN_MANAGE, run, add_arguments)
