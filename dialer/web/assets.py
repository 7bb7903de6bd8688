"""Sheets, scripts and pictures are fetched by a fingerprint, so that browsers keep them until they change.
They go out compressed: a volunteer on a train waits for each kilobyte.

Pages aren't compressed. They carry secrets beside words that came in their address, and how short those come
out together would tell of the secrets (BREACH, https://www.breachattack.com).
"""

from __future__ import annotations

import hashlib
import posixpath
from pathlib import Path
from typing import Any

from flask import Flask, Request, Response
from flask_compress import Compress
from flask_compress.flask_compress import DictCache

_compress = Compress()


def fingerprint(folder: Path) -> str:
    """A short name for what the folder holds now."""
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            digest.update(file.relative_to(folder).as_posix().encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def install_assets(app: Flask) -> None:
    """Add `?v=…` to every address that `url_for("static", …)` makes, and keep what was compressed."""
    app.config.update(
        COMPRESS_REGISTER=False,  # else it would look at every answer
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=9,
        COMPRESS_LEVEL=9,
        COMPRESS_CACHE_BACKEND=DictCache,
        COMPRESS_CACHE_KEY=_file,
    )
    _compress.init_app(app)
    mark = fingerprint(Path(str(app.static_folder)))

    @app.url_defaults
    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values.setdefault("v", mark)


def compressed(answer: Response) -> Response:
    """A file of ours as whoever asks for it takes it; as it is, where compressing it would gain nothing."""
    answer.direct_passthrough = False
    answer.make_sequence()
    smaller: Response = _compress.after_request(answer)
    return smaller


def _file(asking: Request) -> str:
    """By which it is kept: the file itself, to which anybody can make addresses without end."""
    return posixpath.normpath(str((asking.view_args or {}).get("filename")))
