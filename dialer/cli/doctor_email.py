"""Whether other servers can trust our emails, and whether what comes back reaches us: by what the name
service says of the domains.

What big receivers want of those who write to many (SPF, RFC 7208; DKIM, RFC 6376; DMARC, RFC 7489 with
aligned names; a reverse name that leads back) decides between the inbox and the junk folder.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import dns.exception
import dns.resolver
import dns.reversename

PATIENCE_S: Final = 5.0
LOOK_UPS_MOST: Final = 10
"""So many look-ups an SPF record may take (RFC 7208, 4.6.4); a receiver gives up at the next."""
_COSTS: Final = re.compile(r"^[+~?-]?(?:include:|a(?:[:/]|$)|mx(?:[:/]|$)|ptr(?:[:/]|$)|exists:)|^redirect=")
_NOT_HERE: Final = (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer)

Said = tuple[bool, str, str]
"""Whether it is well, what was found, and what to do where it isn't."""


class NoAnswerError(Exception):
    """The name service can't be asked now."""


class Names(Protocol):
    """The name service. Each raises NoAnswerError where it can't be asked; what isn't there is empty."""

    def texts(self, name: str) -> Sequence[str]:
        """The texts of a name."""

    def mail_servers(self, name: str) -> Sequence[str]:
        """The servers that take mail for a name; "" is one that says that it takes none (RFC 7505)."""

    def addresses(self, name: str) -> Sequence[str]:
        """The addresses of a host."""

    def reverse(self, address: str) -> Sequence[str]:
        """What hosts an address says that it is."""


class NameService:
    """The name service that this machine uses."""

    def __init__(self) -> None:
        self._resolver = dns.resolver.Resolver()
        self._resolver.lifetime = PATIENCE_S

    def texts(self, name: str) -> Sequence[str]:
        """See `Names`."""
        found = self._ask(name, "TXT")
        return [b"".join(one.strings).decode("utf-8", "replace") for one in found]

    def mail_servers(self, name: str) -> Sequence[str]:
        """See `Names`."""
        return [str(one.exchange).rstrip(".") for one in self._ask(name, "MX")]

    def addresses(self, name: str) -> Sequence[str]:
        """See `Names`."""
        return [one.address for kind in ("A", "AAAA") for one in self._ask(name, kind)]

    def reverse(self, address: str) -> Sequence[str]:
        """See `Names`."""
        return [str(one).rstrip(".") for one in self._ask(str(dns.reversename.from_address(address)), "PTR")]

    def _ask(self, name: str, kind: str) -> list[Any]:
        try:
            return list(self._resolver.resolve(name, kind))
        except _NOT_HERE:
            return []
        except dns.exception.DNSException as error:
            raise NoAnswerError(type(error).__name__) from None


@dataclass(frozen=True, slots=True)
class Mail:
    """How an installation writes: the domain that letters are from, the one that bounces come back to, the
    server that they go out through, and the selectors that it signs with.
    """

    sender_domain: str
    reply_domain: str
    host: str
    selectors: Sequence[str] = ()


def check_mail(mail: Mail, names: Names) -> Iterator[Said]:
    """Everything that can be wrong with a domain that letters are from."""
    checks: tuple[Callable[[Mail, Names], Iterator[Said]], ...] = (_spf, _dkim, _dmarc, _mx, _reverse)
    for check in checks:
        try:
            yield from check(mail, names)
        except NoAnswerError as error:
            yield (
                False,
                f"the name service gives no answer ({error})",
                "try again, or look at this machine's DNS",
            )
            return


def _spf(mail: Mail, names: Names) -> Iterator[Said]:
    domain = mail.reply_domain
    found = [one for one in names.texts(domain) if re.match(r"v=spf1(?:\s|$)", one, re.IGNORECASE)]
    if not found:
        remedy = f"publish a TXT record at {domain} as your relay says, such as: v=spf1 include:RELAY -all"
        yield False, f"SPF: {domain} doesn't say who may send for it", remedy
    elif len(found) > 1:
        yield (
            False,
            f"SPF: {domain} has {len(found)} records, which counts as none",
            "make one record of them",
        )
    else:
        yield _spf_record(domain, found[0].split()[1:])


def _spf_record(domain: str, terms: Sequence[str]) -> Said:
    lower = [term.casefold() for term in terms]
    if "+all" in lower or "all" in lower:
        return False, f"SPF: {domain} lets everybody send for it", "end its record with -all or ~all"
    costs = sum(_COSTS.match(term) is not None for term in lower)
    if costs > LOOK_UPS_MOST:
        return (
            False,
            f"SPF: {domain} takes {costs} look-ups, at most {LOOK_UPS_MOST} are made",
            "take some out",
        )
    return True, f"SPF: {domain} says who may send for it", ""


def _dkim(mail: Mail, names: Names) -> Iterator[Said]:
    domain = mail.sender_domain
    if not mail.selectors:
        remedy = "set email.dkim_selectors to what your relay signs with (s= in DKIM-Signature of any letter)"
        yield False, f"DKIM: nobody knows here which selector {domain} is signed with", remedy
    for selector in mail.selectors:
        name = f"{selector}._domainkey.{domain}"
        keys = [one for one in names.texts(name) if re.search(r"(?:^|;)\s*p=", one)]
        if not keys:
            yield False, f"DKIM: there is no key at {name}", "publish the record that your relay shows for it"
        elif not any(re.search(r"(?:^|;)\s*p=\s*[A-Za-z0-9+/]", one) for one in keys):
            yield False, f"DKIM: the key at {name} was taken back", "have your relay make another"
        else:
            yield True, f"DKIM: there is a key at {name}", ""


def _dmarc(mail: Mail, names: Names) -> Iterator[Said]:
    domain = mail.sender_domain
    found = _dmarc_records(domain, names)
    if len(found) != 1:
        how_many = "no record" if not found else f"{len(found)} records, which counts as none"
        remedy = f"publish one TXT record at _dmarc.{domain}, at first: v=DMARC1; p=none; rua=mailto:YOU"
        yield False, f"DMARC: {domain} has {how_many}", remedy
        return
    policy = re.search(r"(?:^|;)\s*p\s*=\s*(none|quarantine|reject)\b", found[0], re.IGNORECASE)
    if policy is None:
        yield (
            False,
            f"DMARC: the record of {domain} names no policy",
            "write p=none, p=quarantine or p=reject",
        )
        return
    yield True, f"DMARC: {domain} asks others for {policy[1].lower()}", ""
    if not _is_aligned(mail.sender_domain, mail.reply_domain):
        detail = f"DMARC: letters from {domain} come back to {mail.reply_domain}, so SPF alone won't do"
        remedy = f"set email.reply_domain to a name under {domain}, or be sure that DKIM signs for {domain}"
        yield False, detail, remedy


def _dmarc_records(domain: str, names: Names) -> list[str]:
    """The record of a domain, or else of the one above it (RFC 7489, 6.6.3), as far as there is one."""
    labels = domain.split(".")
    for start in range(max(1, len(labels) - 1)):
        texts = names.texts(f"_dmarc.{'.'.join(labels[start:])}")
        if found := [one for one in texts if re.match(r"v\s*=\s*DMARC1\s*(?:;|$)", one)]:
            return found
    return []


def _mx(mail: Mail, names: Names) -> Iterator[Said]:
    domain = mail.reply_domain
    servers = names.mail_servers(domain)
    if any(servers):
        yield True, f"MX: mail to {domain} goes to {', '.join(sorted(servers)[:3])}", ""
    elif servers:
        yield False, f"MX: {domain} says that it takes no mail", f"have mail to {domain} come to your mailbox"
    elif names.addresses(domain):
        yield True, f"MX: {domain} names no server; mail to it goes to the host itself", ""
    else:
        remedy = f"publish an MX record at {domain}, or set email.reply_domain to a domain that takes mail"
        yield False, f"MX: bounces and answers to {domain} go nowhere", remedy


def _reverse(mail: Mail, names: Names) -> Iterator[Said]:
    """Of a server of our own; that of a relay is the relay's to mind."""
    if not _is_aligned(mail.host, mail.sender_domain):
        return
    for address in names.addresses(mail.host):
        if ipaddress.ip_address(address).is_loopback:
            continue
        called = names.reverse(address)
        if not called:
            remedy = f"have whoever gave you the address name it {mail.host}"
            yield False, f"reverse name: {address} of {mail.host} has none", remedy
        elif not any(address in names.addresses(one) for one in called):
            detail = f"reverse name: {address} is called {called[0]}, which doesn't lead back to it"
            yield False, detail, f"have {called[0]} lead to {address}, or the address be named {mail.host}"
        else:
            yield True, f"reverse name: {address} is called {called[0]}", ""


def _is_aligned(one: str, other: str) -> bool:
    """Whether two names are of one domain, as far as that can be told without a list of registries."""
    first, second = one.casefold().rstrip("."), other.casefold().rstrip(".")
    return first == second or first.endswith(f".{second}") or second.endswith(f".{first}")
