"""Addresses as codes that a phone's camera reads."""

from __future__ import annotations

import segno
from flask_babel import gettext
from markupsafe import Markup


def qr_of(url: str) -> Markup:
    """The address as an inline SVG without style attributes, which the content policy refuses."""
    svg: str = segno.make_qr(url, error="m").svg_inline(
        svgclass="qr", lineclass=None, omitsize=True, border=2, title=gettext("QR code of the link")
    )
    return Markup(svg)  # noqa: S704 - segno's own drawing; the title is ours
