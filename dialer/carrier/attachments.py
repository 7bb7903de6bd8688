"""What came with texts, through Twilio's API: the `Attachments` of `attachment_port.py`.

Source: twilio.com/docs/messaging/api/media-resource (properties, and that the path without an ending gives
the thing itself, or the place where it lies) and the carrier's OpenAPI description 2.6.7.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from dialer.carrier import media
from dialer.carrier.errors import ALREADY_ENDED
from dialer.carrier.exchange import Answered, Failed
from dialer.carrier.outcomes import carrier_error
from dialer.carrier.reading import MOST_MEDIA, is_sid
from dialer.carrier.recordings import Read
from dialer.carrier.transport import API, NoAddressError, rewritten

GONE: Final = 404


class TwilioAttachments:
    """Those of one account. Only names that are the carrier's own are put into an address, and every request
    goes to the account's place at the carrier.
    """

    def __init__(self, read: Read, account_sid: str, auth_token: str, base_url: str) -> None:
        self._read = read
        self._auth = (account_sid, auth_token)
        self._base_url = base_url

    def of_text(self, text_sid: str) -> Sequence[str]:
        """See `Attachments`. A text has ten at most: the first page holds them."""
        if not is_sid(text_sid, "SM", "MM"):
            return []
        found = self._ask("GET", f"/Messages/{text_sid}/Media.json?PageSize={MOST_MEDIA}")
        listed = [item.get("sid") for item in (found or {}).get("media_list", [])]
        return [sid for sid in listed if is_sid(sid, "ME")]

    def fetch(self, text_sid: str, sid: str, take: Callable[[bytes], object]) -> bool:
        """See `Attachments`."""
        if not _are_names(text_sid, sid):
            return False
        path = f"{API}/2010-04-01/Accounts/{self._auth[0]}/Messages/{text_sid}/Media/{sid}"
        try:
            media.fetch(rewritten(path, self._base_url), self._auth, take)
        except NoAddressError:
            raise carrier_error(Failed("unreachable")) from None
        except Answered as error:
            if error.status == GONE:
                return False
            raise carrier_error(error) from None
        except Failed as error:
            raise carrier_error(error) from None
        return True

    def delete(self, text_sid: str, sid: str) -> None:
        """See `Attachments`."""
        if _are_names(text_sid, sid):
            self._ask("DELETE", f"/Messages/{text_sid}/Media/{sid}.json")

    def _ask(self, method: str, path: str) -> Any:
        return self._read(lambda line: line.changed(method, path, {}, ALREADY_ENDED))


def _are_names(text_sid: str, sid: str) -> bool:
    return is_sid(text_sid, "SM", "MM") and is_sid(sid, "ME")
