"""Every colour that text stands on holds the ratio of WCAG 2.2 AA, light and dark, under all twelve accents.

The sheets are read as they are served; the formula is that of the guidelines.
"""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).parents[2] / "dialer/web/static/css"
TEXT, CONTROL = 4.5, 3.0
ACCENTS = (
    "damson",
    "ember",
    "ochre",
    "moss",
    "pine",
    "lagoon",
    "harbour",
    "dusk",
    "heather",
    "rose",
    "slate",
    "ink",
)

_BLOCK = re.compile(r"(:root[^{},]*)\{([^{}]*)\}")
_COLOUR = re.compile(r"--([\w-]+): #([0-9a-fA-F]{3}|[0-9a-fA-F]{6});")


def _blocks(sheet: str) -> list[tuple[str, dict[str, str]]]:
    text = (CSS / sheet).read_text("utf-8")
    return [(selector.strip(), dict(_COLOUR.findall(body))) for selector, body in _BLOCK.findall(text)]


def _palette(theme: str, accent: str = "damson") -> dict[str, str]:
    """What `html[data-theme][data-accent]` computes to: later and narrower rules win."""
    colours: dict[str, str] = {}
    for selector, found in _blocks("tokens.css") + _blocks("accents.css"):
        named = re.search(r"data-accent=(\w+)", selector)
        if named and named[1] != accent:
            continue
        if "theme=dark" in selector and theme != "dark":
            continue
        if ":not(" in selector:
            continue  # the system's dark: asserted to be the same as the chosen one below
        colours |= found
    return colours


def _luminance(colour: str) -> float:
    digits = "".join(2 * digit for digit in colour) if len(colour) == 3 else colour
    channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


PAIRS = [
    *[(text, ground, TEXT) for text in ("ink", "ink-2") for ground in ("paper", "surface", "sunk")],
    *[("edge", ground, CONTROL) for ground in ("paper", "surface", "sunk")],
    *[(tone, f"{tone}-soft", TEXT) for tone in ("good", "warn", "bad")],
    *[(tone, "surface", TEXT) for tone in ("good", "warn", "bad")],
    *[("ink", f"{tone}-soft", TEXT) for tone in ("good", "warn", "bad")],
    ("on-bad", "bad", TEXT),
    *[(f"on-{state}", state, TEXT) for state in ("wait", "ring", "talk", "wrap", "off")],
    ("focus", "halo", CONTROL),
]
ACCENT_PAIRS = [
    *[("accent", ground, TEXT) for ground in ("paper", "surface", "sunk", "accent-soft")],
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-strong", TEXT),
    ("ink", "accent-soft", TEXT),
    ("accent-strong", "surface", TEXT),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground", "least"), PAIRS)
def test_tokens(theme: str, text: str, ground: str, least: float):
    palette = _palette(theme)
    assert ratio(palette[text], palette[ground]) >= least


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("accent", ACCENTS)
def test_accents(theme: str, accent: str):
    palette = _palette(theme, accent)
    for text, ground, least in ACCENT_PAIRS:
        assert ratio(palette[text], palette[ground]) >= least, (text, ground)
    assert ratio(palette["accent"], palette["paper"]) >= (6.3 if theme == "light" else 9.2)


@pytest.mark.parametrize("sheet", ["tokens.css", "accents.css"])
def test_the_chosen_dark_is_the_systems_dark(sheet: str):
    def by_accent(mark: str) -> dict[str, dict[str, str]]:
        return {
            (re.search(r"data-accent=(\w+)", selector) or ["", "damson"])[1]: found
            for selector, found in _blocks(sheet)
            if mark in selector
        }

    chosen, system = by_accent("theme=dark"), by_accent(":not([data-theme=light])")
    assert chosen
    assert chosen == system


def test_the_formula_is_that_of_the_guidelines():
    assert ratio("000000", "ffffff") == pytest.approx(21)
    assert ratio("777777", "ffffff") == pytest.approx(4.48, abs=0.01)
