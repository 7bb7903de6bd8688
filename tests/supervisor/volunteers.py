"""Volunteers of a running installation, whose pages ask again until they are answered."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass
from typing import Any, Final

BACK_WITHIN_S: Final = 30.0


@dataclass
class Volunteer:
    """Somebody's page: asks again until it is answered."""

    bind: str
    token: str
    session: str = ""

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """What was answered, as soon as it is with a 2xx; None for no content."""
        status, answer = self.try_to(method, path, body)
        assert 200 <= status < 300, (path, status, answer)
        return json.loads(answer) if answer else None

    def try_to(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        """The status and the body, as soon as somebody answers who has all that it needs for that."""
        deadline = time.monotonic() + BACK_WITHIN_S
        while True:
            status, answer = self._once(method, path, body)
            if status not in {0, 502, 503}:
                return status, answer
            assert time.monotonic() < deadline, "web did not come back"
            time.sleep(0.2)

    def _once(self, method: str, path: str, body: object) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self.bind, timeout=20)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            connection.request(method, f"/api/v1{path}", None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            connection.close()
