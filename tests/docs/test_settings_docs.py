"""Every setting and command is documented, and what is documented is there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from dialer.cli import VERBS
from dialer.settings import SPECS, load_settings

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / "config.example.toml").read_text()
RUNNING = (ROOT / "docs" / "running.md").read_text()


SWITCHED_ON = re.sub(r"^# (?=[a-z_]+ = )", "", EXAMPLE, flags=re.MULTILINE)


def uncommented() -> dict[str, object]:
    """The example with every setting switched on, as dotted keys."""
    table = tomllib.loads(SWITCHED_ON)
    top = {key: value for key, value in table.items() if not isinstance(value, dict)}
    nested = {
        f"{name}.{key}": value
        for name, part in table.items()
        if isinstance(part, dict)
        for key, value in part.items()
    }
    return top | nested


@pytest.mark.parametrize("name", SPECS)
def test_the_example_has_each_setting_with_its_default_and_variable(name):
    spec = SPECS[name]
    defaults = {"data_dir": "var", "public_url": "http://127.0.0.1:8000"}
    default = list(spec.default) if isinstance(spec.default, tuple) else spec.default
    assert uncommented()[spec.key] == defaults.get(spec.key, default)
    assert re.search(rf"^# {spec.key.rpartition('.')[2]} = .*# .*\[{spec.variable}\b", EXAMPLE, re.MULTILINE)


def test_the_example_has_nothing_else():
    assert uncommented().keys() == {spec.key for spec in SPECS.values()}


def test_the_example_is_a_configuration_that_changes_nothing(tmp_path):
    defaults = load_settings({}, tmp_path)
    (tmp_path / "config.toml").write_text(SWITCHED_ON)
    assert load_settings({}, tmp_path) == defaults


@pytest.mark.parametrize("name", SPECS)
def test_each_setting_is_in_the_guide(name):
    spec = SPECS[name]
    assert f"| `{spec.variable}` | `{spec.key}` | " in RUNNING
    assert spec.about in RUNNING


@pytest.mark.parametrize("verb", VERBS)
def test_each_command_is_in_the_guide(verb):
    assert f"| `dialer {verb}" in RUNNING


def test_the_readme_is_short_and_names_both_commands():
    lines = (ROOT / "README.md").read_text().splitlines()
    assert len(lines) < 80  # going live with a carrier needs half of them
    assert any(line.startswith("scripts/run") for line in lines)
    assert any(line.startswith("scripts/test") for line in lines)


def test_the_procfile_starts_commands_that_are_there():
    for line in (ROOT / "Procfile").read_text().splitlines():
        assert re.fullmatch(r"[a-z]+: \.venv/bin/dialer ([a-z]+)", line)
        assert line.rpartition(" ")[2] in VERBS


DOCUMENTS = [
    "README.md",
    "CHANGELOG.md",
    *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))),
]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_between_documents_lead_somewhere(name):
    path = ROOT / name
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text()):
        assert target.startswith("https://") or (path.parent / target).exists(), target
