"""What a command is: a name, a rule of the permission table, its arguments and what it does."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dialer.domain.access import Permission
from dialer.settings import Settings


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a command: an object for programs, a text for people, and whether it failed."""

    data: Mapping[str, object]
    text: str = ""
    failed: bool = False


def no_arguments(_parser: argparse.ArgumentParser) -> None:
    """For commands that take none."""


@dataclass(frozen=True, slots=True)
class Command:
    """One verb. Whoever can start it on the machine acts as an administrator; `permission` says for what."""

    name: str
    about: str
    permission: Permission
    run: Callable[[argparse.Namespace, Settings], Outcome]
    add_arguments: Callable[[argparse.ArgumentParser], None] = no_arguments
