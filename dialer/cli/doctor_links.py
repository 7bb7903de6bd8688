"""What `dialer doctor` finds of the domains that short links lead through: whether they lead here."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import urlsplit

PATIENCE_S: Final = 5.0
ALIVE: Final = {"status": "ok"}


def check_domains(domains: Sequence[str]) -> Iterator[tuple[bool, str, str]]:
    """Whether each is as it should be, what was found, and the remedy."""
    for domain in domains:
        found = _found(domain)
        remedy = f"have {domain} lead to this server, or take it out of links.domains"
        yield not found, found or f"{domain} leads here", remedy if found else ""


def _found(domain: str) -> str:
    """What is wrong with a domain; "" where a dialer answers behind it."""
    parts = urlsplit(domain)
    way = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    asked = way(parts.netloc, timeout=PATIENCE_S)
    try:
        asked.request("GET", f"{parts.path}/healthz")
        answer = asked.getresponse()
        told = json.loads(answer.read(1024)) if answer.status == http.client.OK else None
    except (OSError, http.client.HTTPException, ValueError) as error:
        return f"{domain} can't be reached ({type(error).__name__})"
    finally:
        asked.close()
    return "" if told == ALIVE else f"{domain} leads somewhere else"
