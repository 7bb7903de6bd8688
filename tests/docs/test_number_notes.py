"""The guide names every rule's source and date."""

from __future__ import annotations

from pathlib import Path

from dialer.domain.number_notes import NOTES

NUMBERS = (Path(__file__).parents[2] / "docs" / "numbers.md").read_text()


def test_each_note_is_in_the_guide_with_its_source_and_date() -> None:
    for notes in NOTES.values():
        for note in notes:
            assert f"{note.words} [source]({note.source}), {note.checked.isoformat()}" in NUMBERS, note.name
