"""What whoever is rung by a Dial hears before they are joined: the `url` of a Number.

Source: twilio.com/docs/voice/twiml/number#attributes-url: only Say, Play, Pause, Gather and Redirect are
performed there, and the caller hears the ringing meanwhile. The town knows no Gather there.
"""

from __future__ import annotations

from typing import Final, Protocol
from urllib.parse import urljoin

from dialer.town.voice import twiml
from dialer.town.voice.line import CutError, HungUpError, Line
from dialer.town.voice.performance import NoTwimlError
from dialer.town.voice.sources import Ask
from dialer.town.voice.verbs import Pause, Play, Redirect, Say

MOST_DOCUMENTS: Final = 20
LOOPING: Final = 81101


class Board(Protocol):
    """What is needed of the exchange around it."""

    async def ask(self, line: Line, source: Ask) -> str:
        """Fetch TwiML; raises NoTwimlError."""

    def complain(self, line: Line, code: int, detail: str) -> None:
        """Put what went wrong into the town's log."""


async def announced(board: Board, line: Line, url: str) -> bool:
    """Let them hear all of it; False where they are gone, or it can't be had: then nobody is joined."""
    try:
        for _ in range(MOST_DOCUMENTS):
            following = await _document(board, line, url)
            if following is None:
                return True
            url = following
    except (HungUpError, CutError):
        return False
    except (NoTwimlError, twiml.BadTwimlError) as error:
        board.complain(line, error.code, f"Number url: {error}")
        return False
    board.complain(line, LOOPING, "what is heard before two are joined goes round and round")
    return False


async def _document(board: Board, line: Line, url: str) -> str | None:
    """Perform one document; the address of the next, if it goes on. Raises as `announced` catches."""
    for verb in twiml.read(await board.ask(line, Ask(url))).verbs:
        match verb:
            case Say() | Play() | Pause():
                await line.hear(verb.lasts_s, verb.sound)
            case Redirect():
                return urljoin(url, verb.url)
            case _:
                raise twiml.BadTwimlError(twiml.NOT_ALLOWED, "nothing but Say, Play, Pause and Redirect")
    return None
