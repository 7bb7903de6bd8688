"""How the carrier counts segments."""

from __future__ import annotations

import pytest

from dialer.town.segments import segment_count


@pytest.mark.parametrize(
    ("body", "segments"),
    [
        ("", 1),
        ("x" * 160, 1),
        ("x" * 161, 2),
        ("x" * 306, 2),
        ("x" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("x" * 152 + "€" + "x" * 152, 3),
        ("ŵ" * 70, 1),
        ("ŵ" * 71, 2),
        ("👍" * 35, 1),
        ("👍" * 36, 2),
        ("👍" * 67, 3),
    ],
)
def test_segments_as_billed(body, segments):
    """An escape or a surrogate pair that doesn't fit any more begins the next segment."""
    assert segment_count(body) == segments
