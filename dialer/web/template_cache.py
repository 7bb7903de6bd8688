"""Templates compiled before anybody asks for a page.

Compiled on demand, the first page of each kind takes a web process up to half a second, and each process
compiles all of them for itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from flask import Flask
from jinja2 import FileSystemBytecodeCache

FOLDER: Final = Path(__file__).parent / "__pycache__" / "templates"
"""Where what was compiled is kept, as Python keeps modules: made anew where a template has changed."""


def load_templates(app: Flask, folder: Path = FOLDER) -> None:
    """Load every template of an application, for as long as it lives. What was compiled is read from the
    folder, and left there where it can be.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(folder))
        _load(app)
    except OSError:  # read-only, or full: compiled in memory, each time it is started
        app.jinja_env.bytecode_cache = None
        _load(app)
    app.jinja_env.bytecode_cache = None


def _load(app: Flask) -> None:
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)
