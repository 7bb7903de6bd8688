"""Messages of SNS: Amazon's own, of a topic of ours, and nobody is asked for anything but Amazon."""

from __future__ import annotations

import pytest

from dialer.carrier.sns import SnsError, SnsMessages
from tests.amazon import CERTIFICATE, CONFIRM, TOPIC, Amazon, subscription, told


@pytest.fixture
def amazon() -> Amazon:
    return Amazon()


@pytest.fixture
def sns(amazon: Amazon) -> SnsMessages:
    return SnsMessages([TOPIC], amazon.fetch)


@pytest.mark.parametrize("version", ["1", "2"])
def test_amazons_own_messages_are_known(sns, amazon, version):
    assert sns.is_ours(told("{}", SignatureVersion=version))
    assert sns.is_ours(told("{}", SignatureVersion=version, Subject="A subject"))
    assert sns.is_ours(subscription())
    assert amazon.asked == [CERTIFICATE], "a certificate is fetched once"


@pytest.mark.parametrize(
    "changed",
    [
        {"Message": "another"},
        {"MessageId": "m-2"},
        {"Subject": "added"},
        {"TopicArn": f"{TOPIC}x"},
        {"SignatureVersion": "3"},
        {"SignatureVersion": "1"},
        {"Signature": "not base64!"},
        {"Signature": ""},
        {"Signature": None},
        {"Message": None},
    ],
)
def test_what_was_changed_is_not_amazons(sns, changed):
    assert not sns.is_ours({**told("{}"), **changed})


@pytest.mark.parametrize(
    "where",
    [
        "http://sns.eu-west-2.amazonaws.com/SimpleNotificationService-0123abc.pem",
        "https://sns.eu-west-2.amazonaws.com.example.net/SimpleNotificationService-0123abc.pem",
        "https://example.net/sns.eu-west-2.amazonaws.com/SimpleNotificationService-0123abc.pem",
        "https://sns.eu-west-2.amazonaws.com@example.net/SimpleNotificationService-0123abc.pem",
        "https://sns.eu-west-2.amazonaws.com/../x/SimpleNotificationService-0123abc.pem",
        "file:///etc/passwd",
        "",
        None,
        7,
    ],
)
def test_no_certificate_is_fetched_from_anywhere_else(sns, amazon, where):
    assert not sns.is_ours(told("{}", SigningCertURL=where))
    assert amazon.asked == []


def test_nor_is_anybody_else_told_yes(sns, amazon):
    assert sns.confirm(subscription())
    assert amazon.asked == [CONFIRM]
    assert not sns.confirm({"SubscribeURL": "https://example.net/?Action=ConfirmSubscription&x"})
    assert not sns.confirm({})
    assert amazon.asked == [CONFIRM]


def test_an_amazon_that_is_away_is_no_wrong_signature(sns, amazon):
    amazon.away = True
    with pytest.raises(SnsError):
        sns.is_ours(told("{}"))
