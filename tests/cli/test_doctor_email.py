"""What the name service says of a domain that emails are from, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import dns.resolver
import pytest

from dialer.cli.doctor_email import Mail, NameService, NoAnswerError, check_mail

Zone = Mapping[str, Sequence[str]]
DKIM = "k1._domainkey.example.org"
WELL: Zone = {
    "TXT post.example.org": ["v=spf1 include:relay.example.net -all", "something=else"],
    f"TXT {DKIM}": ["v=DKIM1; k=rsa; p=MIIBIjANBg"],
    "TXT _dmarc.example.org": ["v=DMARC1; p=quarantine; rua=mailto:post@example.org"],
    "MX post.example.org": ["mx.example.org"],
    "A mail.example.org": ["198.51.100.7"],
    "PTR 198.51.100.7": ["mail.example.org"],
}
MAIL = Mail("example.org", "post.example.org", "mail.example.org", ("k1",))


@dataclass
class Told:
    """A name service that knows this much."""

    zone: Zone = field(default_factory=dict)

    def texts(self, name: str) -> Sequence[str]:
        return self.zone.get(f"TXT {name}", ())

    def mail_servers(self, name: str) -> Sequence[str]:
        return self.zone.get(f"MX {name}", ())

    def addresses(self, name: str) -> Sequence[str]:
        return self.zone.get(f"A {name}", ())

    def reverse(self, address: str) -> Sequence[str]:
        return self.zone.get(f"PTR {address}", ())


def wrong(zone: Zone, mail: Mail = MAIL) -> list[tuple[str, str]]:
    return [(detail, remedy) for ok, detail, remedy in check_mail(mail, Told(zone)) if not ok]


def test_where_all_is_well_each_thing_is_said_once():
    found = list(check_mail(MAIL, Told(WELL)))
    assert all(ok and not remedy for ok, _, remedy in found)
    assert [detail.partition(":")[0] for _, detail, _ in found] == [
        "SPF",
        "DKIM",
        "DMARC",
        "MX",
        "reverse name",
    ]


@pytest.mark.parametrize(
    ("changes", "detail", "remedy"),
    [
        (
            {"TXT post.example.org": []},
            "doesn't say who may send",
            "publish a TXT record at post.example.org",
        ),
        ({"TXT post.example.org": ["v=spf1 -all", "v=spf1 ~all"]}, "counts as none", "one record"),
        ({"TXT post.example.org": ["v=spf1 +all"]}, "lets everybody send", "-all"),
        (
            {"TXT post.example.org": ["v=spf1 " + "include:x.example.net " * 11 + "-all"]},
            "11 look-ups",
            "out",
        ),
        ({f"TXT {DKIM}": []}, f"no key at {DKIM}", "publish"),
        ({f"TXT {DKIM}": ["v=DKIM1; p="]}, "was taken back", "another"),
        ({"TXT _dmarc.example.org": []}, "DMARC: example.org has no record", "_dmarc.example.org"),
        ({"TXT _dmarc.example.org": ["v=DMARC1; p=none"] * 2}, "counts as none", "publish one"),
        ({"TXT _dmarc.example.org": ["v=DMARC1; rua=mailto:a@example.org"]}, "names no policy", "p=none"),
        ({"MX post.example.org": []}, "go nowhere", "MX record"),
        ({"MX post.example.org": [""]}, "takes no mail", "mailbox"),
        ({"PTR 198.51.100.7": []}, "has none", "mail.example.org"),
        ({"PTR 198.51.100.7": ["pool-7.example.net"]}, "doesn't lead back", "198.51.100.7"),
    ],
)
def test_what_is_wrong_is_said_with_its_remedy(changes: Zone, detail: str, remedy: str):
    [(found, what_to_do)] = wrong({**WELL, **changes})
    assert detail in found
    assert remedy in what_to_do


def test_the_record_of_the_domain_above_counts_too():
    zone = {**WELL, "TXT k1._domainkey.news.example.org": ["p=abc"]}
    assert wrong(zone, replace(MAIL, sender_domain="news.example.org", reply_domain="post.example.org")) == [
        (
            "DMARC: letters from news.example.org come back to post.example.org, so SPF alone won't do",
            (
                "set email.reply_domain to a name under news.example.org, or be sure that DKIM signs for"
                " news.example.org"
            ),
        )
    ]


def test_without_a_selector_nobody_can_look_for_the_key():
    [(detail, remedy)] = wrong(WELL, replace(MAIL, selectors=()))
    assert "DKIM" in detail
    assert "email.dkim_selectors" in remedy


def test_a_relays_reverse_name_is_its_own_affair():
    assert wrong(WELL, replace(MAIL, host="smtp.relay.example.net")) == []


def test_a_name_service_that_is_away_is_said_once():
    class Away(Told):
        def texts(self, name: str) -> Sequence[str]:
            raise NoAnswerError("Timeout")

    [(ok, detail, remedy)] = check_mail(MAIL, Away())
    assert not ok
    assert "no answer" in detail
    assert remedy


@pytest.mark.parametrize("error", [dns.resolver.NXDOMAIN, dns.resolver.NoAnswer])
def test_what_is_not_there_is_empty(monkeypatch: pytest.MonkeyPatch, error: type[Exception]):
    def nothing(*_args: object, **_named: object) -> None:
        raise error

    monkeypatch.setattr(dns.resolver.Resolver, "resolve", nothing)
    assert list(NameService().texts("example.org")) == []


def test_a_name_service_that_gives_no_answer_is_no_empty_zone(monkeypatch: pytest.MonkeyPatch):
    def late(*_args: object, **_named: object) -> None:
        raise dns.resolver.LifetimeTimeout(timeout=5, errors=[])

    monkeypatch.setattr(dns.resolver.Resolver, "resolve", late)
    with pytest.raises(NoAnswerError):
        NameService().mail_servers("example.org")
