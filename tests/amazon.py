"""A made-up Amazon: signs messages of SNS with a certificate of its own, and is asked for that."""

from __future__ import annotations

import base64
import datetime as dt
import json
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.x509.oid import NameOID

from dialer.carrier.sns import SnsError, signed_text

TOPIC = "arn:aws:sns:eu-west-2:123456789012:letters"
CERTIFICATE = "https://sns.eu-west-2.amazonaws.com/SimpleNotificationService-0123abc.pem"
CONFIRM = f"https://sns.eu-west-2.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=abc"


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def _certificate() -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    began = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(_key().public_key())
        .serial_number(1)
        .not_valid_before(began)
        .not_valid_after(began + dt.timedelta(days=3650))
        .sign(_key(), hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


class Amazon:
    """What it was asked for is in `asked`; away, it gives no answer."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.away = False

    def fetch(self, where: str) -> bytes:
        self.asked.append(where)
        if self.away:
            raise SnsError("TimeoutError")
        return _certificate()


def told(message: object = "", **fields: object) -> dict[str, object]:
    """A message of SNS, signed."""
    said: dict[str, object] = {
        "Type": "Notification",
        "MessageId": "m-1",
        "TopicArn": TOPIC,
        "Message": message if isinstance(message, str) else json.dumps(message),
        "Timestamp": "2026-05-07T12:00:00.000Z",
        "SignatureVersion": "2",
        "SigningCertURL": CERTIFICATE,
        **fields,
    }
    algorithm = hashes.SHA1() if said["SignatureVersion"] == "1" else hashes.SHA256()
    signed = _key().sign(signed_text(said), PKCS1v15(), algorithm)
    return {**said, "Signature": base64.b64encode(signed).decode()}


def subscription() -> dict[str, object]:
    return told("Confirm?", Type="SubscriptionConfirmation", Token="abc", SubscribeURL=CONFIRM)
