"""Messages of Amazon SNS, by which Amazon SES reports: that they are Amazon's, and of a topic of ours.

The text to be signed, and that the certificate lies under Amazon's own name, are as its guide says
(docs.aws.amazon.com/sns, “Verifying the signatures of Amazon SNS messages”). Anybody can have a topic, so a
right signature alone says nothing: the topic must be one of ours.
"""

from __future__ import annotations

import base64
import re
import threading
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

PATIENCE_S: Final = 5.0
MOST_BYTES: Final = 64 * 1024
_HOST: Final = r"https://sns\.[a-z0-9-]{3,32}\.amazonaws\.com(?:\.cn)?"
_CERTIFICATE: Final = re.compile(rf"{_HOST}/SimpleNotificationService-[0-9a-zA-Z]{{1,64}}\.pem")
_CONFIRM: Final = re.compile(rf"{_HOST}/\?Action=ConfirmSubscription&[!-~]{{1,2000}}")
_NOTIFIES: Final = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_CONFIRMS: Final = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_HASHES: Final[Mapping[str, Callable[[], hashes.HashAlgorithm]]] = {"1": hashes.SHA1, "2": hashes.SHA256}
_KEPT: Final = 20

Fetch = Callable[[str], bytes]


class SnsError(Exception):
    """Amazon can't be asked now."""


class SnsMessages:
    """Messages of these topics. Certificates are fetched once each."""

    def __init__(self, topics: Sequence[str], fetch: Fetch | None = None) -> None:
        self._topics = frozenset(topics)
        self._fetch = fetch or _fetched
        self._keys: dict[str, RSAPublicKey] = {}
        self._lock = threading.Lock()

    def is_ours(self, told: Mapping[str, object]) -> bool:
        """Whether Amazon signed it, and it is of a topic of ours. Raises SnsError."""
        where = told.get("SigningCertURL")
        if told.get("TopicArn") not in self._topics or not isinstance(where, str):
            return False
        algorithm = _HASHES.get(str(told.get("SignatureVersion")))
        if not _CERTIFICATE.fullmatch(where) or algorithm is None:
            return False
        try:
            given = base64.b64decode(str(told.get("Signature", "")), validate=True)
            self._key(where).verify(given, signed_text(told), PKCS1v15(), algorithm())
        except (ValueError, InvalidSignature):
            return False
        return True

    def confirm(self, told: Mapping[str, object]) -> bool:
        """Say yes to a subscription, which was looked at by `is_ours`; False where it isn't Amazon that is to
        be told. Raises SnsError.
        """
        where = told.get("SubscribeURL")
        if not isinstance(where, str) or not _CONFIRM.fullmatch(where):
            return False
        self._fetch(where)
        return True

    def _key(self, where: str) -> RSAPublicKey:
        with self._lock:
            if where in self._keys:
                return self._keys[where]
        key = x509.load_pem_x509_certificate(self._fetch(where)).public_key()
        if not isinstance(key, RSAPublicKey):
            raise InvalidSignature
        with self._lock:
            while len(self._keys) >= _KEPT:
                self._keys.pop(next(iter(self._keys)))
            self._keys[where] = key
        return key


def signed_text(told: Mapping[str, object]) -> bytes:
    """What Amazon signs of a message: names and values in order, each on a line of its own."""
    names = _NOTIFIES if told.get("Type") == "Notification" else _CONFIRMS
    return "".join(f"{name}\n{told[name]}\n" for name in names if told.get(name) is not None).encode()


def _fetched(where: str) -> bytes:
    """What lies there: only under Amazon's name, which was looked at before, and no way on is followed."""
    opener = urllib.request.build_opener(_NoWayOn)
    try:
        with opener.open(where, timeout=PATIENCE_S) as answer:
            found: bytes = answer.read(MOST_BYTES)
            return found
    except OSError as error:
        raise SnsError(type(error).__name__) from None


class _NoWayOn(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_given: object, **_named: object) -> None:
        return None
