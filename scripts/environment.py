"""Makes `.venv` with what dialer needs, or finds it made. Standard library only: nothing is installed yet.

Called by `scripts/setup`. A stamp in `.venv` says what was installed, so that a second start is quick.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"
TRANSLATIONS = ROOT / "dialer" / "web" / "translations"


def main() -> int:
    """Make it ready and return 0, or say what went wrong and return 1."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--extras", default="", help="groups of setup.cfg to install as well: test,check")
    extras = {extra for extra in parser.parse_args().extras.split(",") if extra}
    with (ROOT / ".venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # scripts/run and scripts/test may be started side by side
        try:
            install(extras)
            compile_translations()
        except subprocess.CalledProcessError as error:
            say(f"`{' '.join(map(str, error.cmd[:4]))} …` failed; what it said stands above")
            return 1
    return 0


def install(extras: set[str]) -> None:
    """Install dialer with the extras, unless the stamp says that they are there."""
    sources = fingerprint()
    there = read_stamp()
    current = there.get("sources") == sources
    if current and extras <= set(there.get("extras", [])):
        return
    wanted = sorted(extras | set(there.get("extras", []) if current else []))
    say("setting up .venv; the first time this takes a minute")
    STAMP.unlink(missing_ok=True)
    if not current:
        make_venv()
    target = f".[{','.join(wanted)}]" if wanted else "."
    quiet = ["-qq", "--disable-pip-version-check", "--no-input"]
    run(PYTHON, "-m", "pip", "install", *quiet, "--editable", target)
    STAMP.write_text(json.dumps({"sources": sources, "extras": wanted}))


def make_venv() -> None:
    """A fresh one: one made by another Python, or moved here from elsewhere, can't be mended."""
    try:
        venv.create(VENV, clear=True, with_pip=True)
    except subprocess.CalledProcessError:
        say("this Python can't make virtual environments; on Debian and Ubuntu: apt-get install python3-venv")
        raise


def fingerprint() -> str:
    """What an installation depends on: the requirements, this Python, and where everything lies."""
    parts = [(ROOT / name).read_bytes() for name in ("setup.cfg", "pyproject.toml")]
    parts += [sys.version.encode(), str(ROOT).encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def read_stamp() -> dict[str, object]:
    """What was installed last; nothing where that isn't known."""
    try:
        return json.loads(STAMP.read_text()) if PYTHON.exists() else {}
    except (OSError, ValueError):
        return {}


def compile_translations() -> None:
    """Compile the catalogues whose source is newer."""
    sources = TRANSLATIONS.glob("*/LC_MESSAGES/*.po")
    stale = [po for po in sources if not is_newer(po.with_suffix(".mo"), po)]
    for po in stale:
        run(
            PYTHON,
            "-m",
            "babel.messages.frontend",
            "--quiet",
            "compile",
            "-i",
            po,
            "-o",
            po.with_suffix(".mo"),
        )


def is_newer(made: Path, source: Path) -> bool:
    return made.exists() and made.stat().st_mtime >= source.stat().st_mtime


def run(*command: str | Path) -> None:
    """Run with its output on standard error: standard output belongs to the script that called us."""
    subprocess.run(command, cwd=ROOT, stdout=sys.stderr, stdin=subprocess.DEVNULL, check=True)


def say(text: str) -> None:
    sys.stderr.write(f"dialer: {text}\n")


if __name__ == "__main__":
    sys.exit(main())
