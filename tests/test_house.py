"""What holds for the whole of the code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOOLS = Path(sys.executable).parent

CHECKS = {
    "lint": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "rooms": ["lint-imports", "--no-cache"],
    "types": ["mypy"],
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CHECKS)
def test_the_code_passes_its_checks(name):
    """The same as `scripts/check`, side by side with the other tests."""
    tool, *arguments = CHECKS[name]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [TOOLS / tool, *arguments], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_scripts_check_runs_the_same():
    script = (ROOT / "scripts" / "check").read_text()
    for tool, *arguments in CHECKS.values():
        assert f'"$bin/{tool}" {" ".join(arguments)}'.strip() in script


@pytest.mark.parametrize(
    "path", [*sorted((ROOT / "scripts").iterdir()), ROOT / ".ci" / "run"], ids=lambda p: p.name
)
def test_every_script_can_be_run_and_is_sound(path):
    if path.suffix == ".py":
        pytest.skip("called by a script")
    assert os.access(path, os.X_OK)
    if path.read_text().startswith("#!/usr/bin/env bash"):
        subprocess.run(["bash", "-n", path], check=True)


@pytest.mark.parametrize("name", ["run", "test", "check", "bench", "tour"])
def test_every_script_explains_itself_without_doing_anything(name):
    done = subprocess.run(
        [ROOT / "scripts" / name, "--help"], capture_output=True, text=True, check=True, timeout=20
    )
    assert f"scripts/{name}" in done.stdout
