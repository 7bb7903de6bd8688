"""Templates compiled before anybody asks for a page.

Compiled on demand, the first page of each kind takes a web process up to half a second, and each process
compiles all of them for itself.
"""

from __future__ import annotations

import hashlib
import pickle
from importlib.metadata import version
from pathlib import Path
from typing import Final

from flask import Flask
from jinja2 import Environment, FileSystemBytecodeCache, TemplateError
from jinja2.bccache import Bucket

from dialer.logs import get_logger

FOLDER: Final = Path(__file__).parent / "__pycache__" / "templates"
"""Where what was compiled is kept, as Python keeps modules: made anew where a template has changed, and in a
folder of its own for each way of compiling them.
"""
_PAGES: Final = (".html", ".txt")
_SYNTAX: Final = (
    "autoescape",
    "block_end_string",
    "block_start_string",
    "comment_end_string",
    "comment_start_string",
    "finalize",
    "is_async",
    "keep_trailing_newline",
    "line_comment_prefix",
    "line_statement_prefix",
    "lstrip_blocks",
    "newline_sequence",
    "newstyle_gettext",
    "optimized",
    "sandboxed",
    "trim_blocks",
    "undefined",
    "variable_end_string",
    "variable_start_string",
)

log = get_logger(__name__)


class _Kept(FileSystemBytecodeCache):
    """Where a file is cut off, as a full disk leaves it, it counts as none."""

    def load_bytecode(self, bucket: Bucket) -> None:
        try:
            super().load_bytecode(bucket)
        except (EOFError, pickle.UnpicklingError):
            bucket.reset()


def load_templates(app: Flask, folder: Path = FOLDER) -> None:
    """Load every template of an application, for as long as it lives. What was compiled is read from the
    folder, and left there where it can be. One that can't be compiled costs its own page.
    """
    environment = app.jinja_env
    own = folder / way_of_compiling(environment)
    try:
        own.mkdir(parents=True, exist_ok=True)
        environment.bytecode_cache = _Kept(str(own))
    except OSError:  # read-only, or full: compiled in memory, each time it is started
        environment.bytecode_cache = None
    for name in environment.list_templates(filter_func=lambda name: name.endswith(_PAGES)):
        _load(environment, name)
    environment.bytecode_cache = None


def way_of_compiling(environment: Environment) -> str:
    """A name for all that goes into what is compiled from a template, beside its text and Python's version:
    another version of Jinja, another setting, or a filter that takes the context now, and it is made anew.
    """
    how: list[object] = [version("jinja2"), version("flask"), sorted(environment.extensions)]
    how += [(name, _by_name(getattr(environment, name, None))) for name in _SYNTAX]
    how += sorted((name, _by_name(value)) for name, value in environment.policies.items())
    for kind in (environment.filters, environment.tests):
        how += sorted((name, _by_name(getattr(one, "jinja_pass_arg", None))) for name, one in kind.items())
    return hashlib.sha256(repr(how).encode()).hexdigest()[:16]


def _by_name(value: object) -> str:
    """A function or class by its name: its place in memory is another each time."""
    return str(getattr(value, "__qualname__", None) or repr(value))


def _load(environment: Environment, name: str) -> None:
    try:
        environment.get_template(name)
    except (TemplateError, UnicodeDecodeError):  # one that isn't there is an OSError to Jinja as well
        log.exception("a template can't be compiled", template=name)
    except OSError:
        if environment.bytecode_cache is None:
            log.exception("a template can't be read", template=name)
            return
        environment.bytecode_cache = None  # it can't be kept
        _load(environment, name)
