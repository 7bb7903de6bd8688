"""Templates are compiled before anybody asks for a page, and what was compiled is never trusted too far."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from jinja2 import DictLoader, Environment

from dialer.web.template_cache import load_templates


@pytest.fixture
def pages() -> Flask:
    app = Flask("pages")
    texts = {"hello.html": "Hello {{ name }}", "bye.html": "Bye"}
    app.jinja_env = Environment(loader=DictLoader(texts), auto_reload=False)
    return app


def test_every_template_is_there_before_it_is_asked_for(pages: Flask, tmp_path: Path) -> None:
    load_templates(pages, tmp_path / "kept")
    assert len(pages.jinja_env.cache or ()) == 2
    assert len(list((tmp_path / "kept").iterdir())) == 2
    assert pages.jinja_env.bytecode_cache is None, "nothing is written while people wait"
    assert isinstance(pages.jinja_env.loader, DictLoader)
    pages.jinja_env.loader.mapping = {}
    assert pages.jinja_env.get_template("hello.html").render(name="Siân") == "Hello Siân"


def test_a_folder_that_cannot_be_written_costs_time_and_nothing_else(pages: Flask, tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("not a folder")
    load_templates(pages, tmp_path / "a file" / "kept")
    assert len(pages.jinja_env.cache or ()) == 2


def test_what_has_changed_or_is_cut_off_is_compiled_anew(pages: Flask, tmp_path: Path) -> None:
    load_templates(pages, tmp_path)
    for kept in tmp_path.iterdir():
        kept.write_bytes(kept.read_bytes()[:-3])  # as a full disk leaves them
    changed = Flask("pages")
    changed.jinja_env = Environment(loader=DictLoader({"hello.html": "Good day", "bye.html": "Bye"}))
    load_templates(changed, tmp_path)
    assert changed.jinja_env.get_template("hello.html").render() == "Good day"
    assert changed.jinja_env.get_template("bye.html").render() == "Bye"
