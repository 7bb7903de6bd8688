"""The tour's pictures are there, small, and all shown; its links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
TOUR = (DOCS / "tour.md").read_text()
LARGEST = 150_000
PICTURES = re.findall(r"!\[([^\]]+)\]\(([^)]+)\)", TOUR)
LINKS = re.findall(r"(?<!!)\[[^\]]+\]\(([^)]+)\)", TOUR)


def anchors(page: Path) -> set[str]:
    """What the headings of a page are linked by."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize(("words", "path"), PICTURES)
def test_a_picture_is_there_small_and_said_in_words(words: str, path: str) -> None:
    picture = (DOCS / path).read_bytes()
    assert picture.startswith(b"\x89PNG\r\n")
    assert len(picture) < LARGEST
    assert len(words) > 20


def test_every_picture_is_shown() -> None:
    assert {Path(path).name for _, path in PICTURES} == {one.name for one in (DOCS / "tour").iterdir()}


@pytest.mark.parametrize("link", LINKS)
def test_a_link_leads_somewhere(link: str) -> None:
    path, _, anchor = link.partition("#")
    assert (DOCS / path).is_file()
    assert not anchor or anchor in anchors(DOCS / path)


def test_the_readme_leads_here() -> None:
    assert "(docs/tour.md)" in (DOCS.parent / "README.md").read_text()
