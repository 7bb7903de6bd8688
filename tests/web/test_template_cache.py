"""Templates are compiled before anybody asks for a page, and what was compiled is never trusted too far."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from jinja2 import DictLoader, Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from dialer.app import create_app
from dialer.settings import Settings
from dialer.web.template_cache import load_templates, way_of_compiling


@pytest.fixture
def pages() -> Flask:
    app = Flask("pages")
    texts = {"hello.html": "Hello {{ name }}", "bye.html": "Bye"}
    app.jinja_env = Environment(loader=DictLoader(texts), auto_reload=False)
    return app


def test_every_template_is_there_before_it_is_asked_for(pages: Flask, tmp_path: Path) -> None:
    load_templates(pages, tmp_path / "kept")
    assert len(pages.jinja_env.cache or ()) == 2
    assert len(kept_in(tmp_path / "kept")) == 2
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
    for kept in kept_in(tmp_path):
        kept.write_bytes(kept.read_bytes()[:-3])  # as a full disk leaves them
    changed = Flask("pages")
    changed.jinja_env = Environment(loader=DictLoader({"hello.html": "Good day", "bye.html": "Bye"}))
    load_templates(changed, tmp_path)
    assert changed.jinja_env.get_template("hello.html").render() == "Good day"
    assert changed.jinja_env.get_template("bye.html").render() == "Bye"


def test_wherever_a_file_was_cut_off_it_counts_as_none(tmp_path: Path) -> None:
    app = Flask("pages")
    app.jinja_env = Environment(loader=DictLoader({"bye.html": "Bye"}))
    load_templates(app, tmp_path)
    (kept,) = kept_in(tmp_path)
    whole = kept.read_bytes()
    for length in range(len(whole)):
        kept.write_bytes(whole[:length])
        app.jinja_env = Environment(loader=DictLoader({"bye.html": "Bye"}))
        load_templates(app, tmp_path)
        assert app.jinja_env.get_template("bye.html").render() == "Bye"


def test_a_filter_that_takes_the_context_now_has_its_templates_compiled_anew(tmp_path: Path) -> None:
    @pass_context
    def with_context(context: Context, word: str) -> str:
        return f"{word} {context['name']}"

    for shown, greet in (("Hello", str), ("Hello Siân", with_context)):
        app = Flask("pages")
        app.jinja_env = Environment(loader=DictLoader({"hello.html": "{{ word|greet }}"}))
        app.jinja_env.filters["greet"] = greet
        load_templates(app, tmp_path)
        assert app.jinja_env.get_template("hello.html").render(word="Hello", name="Siân") == shown


def test_other_settings_are_another_way_of_compiling() -> None:
    usual = way_of_compiling(Environment())
    assert usual == way_of_compiling(Environment())
    others = [
        Environment(autoescape=True),
        Environment(trim_blocks=True),
        Environment(extensions=["jinja2.ext.i18n"]),
        Environment(undefined=StrictUndefined),
    ]
    assert len({usual, *map(way_of_compiling, others)}) == 5


def test_the_whole_application_is_compiled_in_one_way(app: Flask, settings: Settings) -> None:
    assert way_of_compiling(app.jinja_env) == way_of_compiling(create_app(settings).jinja_env)


def test_a_broken_or_foreign_file_costs_its_own_page(tmp_path: Path) -> None:
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "hello.html").write_text("Hello")
    (texts / "zoo.txt").write_text("Zoo")
    (texts / "broken.html").write_text("{% if")
    (texts / "latin.html").write_bytes("Siân".encode("latin-1"))
    (texts / "folder.html").mkdir()
    (texts / ".DS_Store").write_bytes(bytes(range(256)))
    (texts / ".#hello.html").symlink_to("nobody@nowhere")
    app = Flask("pages")
    app.jinja_env = Environment(loader=FileSystemLoader(texts))
    load_templates(app, tmp_path / "kept")
    assert len(app.jinja_env.cache or ()) == 2
    assert len(kept_in(tmp_path / "kept")) == 2


def kept_in(folder: Path) -> list[Path]:
    return [one for one in folder.rglob("*") if one.is_file()]
