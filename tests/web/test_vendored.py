"""What comes from others is what the manifest says, and the pages need nothing from another host."""

import re
import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_vendored_files_are_those_of_the_manifest():
    assert runpy.run_path(str(ROOT / "scripts/vendor"))["differing"]() == []


def test_templates_and_sheets_name_no_other_host_and_no_inline_style():
    files = [
        *ROOT.glob("dialer/web/templates/**/*.html"),
        *ROOT.glob("dialer/web/static/css/*.css"),
        *ROOT.glob("dialer/web/static/js/*.js"),
    ]
    assert files
    for file in files:
        text = file.read_text("utf-8")
        assert not re.search(r"https?://(?!www\.w3\.org/|example\.org\b)", text), file.name
        assert not re.search(r"\sstyle=|\son[a-z]+=\"|<style", text), file.name


def test_every_icon_that_a_template_names_is_drawn():
    drawn = set(
        re.findall(r'<symbol id="([\w-]+)"', (ROOT / "dialer/web/static/icons.svg").read_text("utf-8"))
    )
    for file in ROOT.glob("dialer/web/templates/**/*.html"):
        named = re.findall(r'icon\("([\w-]+)"', file.read_text("utf-8"))
        assert set(named) <= drawn, (file.name, set(named) - drawn)
