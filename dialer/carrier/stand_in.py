"""Calls from browsers where the simulated town is the carrier.

Twilio's SDK speaks to Twilio's own edges and to nothing else, and the town has no voices to send. So a page
asks us, and we ask the town, for what its SDK would do: open a leg with an access token, say what is heard on
it, hang up. Everything behind that leg, the request for TwiML, the room, the callbacks, is the same.
"""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

PATIENCE_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class BrowserLeg:
    """A leg from a browser: whose (`client:…`), in which of the carrier's states, and what it hears now, of
    the town's kinds (`say`, `play`, `music`, `people`, `ringing`, `silence` …; empty before the answer).
    """

    sid: str
    caller: str
    state: str
    hears: str


class StandInError(Exception):
    """The town didn't answer, or would not take the call."""


@dataclass(frozen=True, slots=True)
class StandIn:
    """Browsers' calls in the town at this address."""

    address: str

    def open(self, token: str, params: dict[str, str]) -> str:
        """Call with an access token; `params` go to our own voice address. The call's SID.

        Raises StandInError, also where the town takes the token for none.
        """
        status, said = self._ask("POST", "/clients", {"token": token, "params": params})
        if status != http.client.OK:
            raise StandInError(f"the town took no call from a browser ({status})")
        return str(said["sid"])

    def look(self, sid: str) -> BrowserLeg | None:
        """How a leg stands; None where there is none. Raises StandInError."""
        status, said = self._ask("GET", f"/clients/{sid}")
        if status != http.client.OK:
            return None
        return BrowserLeg(sid, str(said["from"]), str(said["status"]), str(said["hears"]))

    def hang_up(self, sid: str) -> None:
        """End a leg; one that is over is fine. Raises StandInError."""
        self._ask("POST", f"/calls/{sid}/hang-up", {})

    def _ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=PATIENCE_S)
        try:
            connection.request(method, path, json.dumps(body or {}), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise StandInError(f"the town is away: {type(error).__name__}") from error
        finally:
            connection.close()
