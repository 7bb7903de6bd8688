"""The refusals: errors that are said to a person in plain words (design §2, law 7).

Every one has the slug of its problem document (contract §2). `dialer.web.errors` alone turns them
into a page or `application/problem+json`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong at one place of what was sent; `pointer` is a JSON pointer such as `/nodes/2/next`."""

    pointer: str
    detail: str


class RuleBroken(Exception):  # noqa: N818 - the name says what happened
    """A rule says no. `detail` tells what happened and what to do; `extra` joins the problem document."""

    slug: ClassVar[str] = "conflict"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "This can’t be done as things stand"
    default_detail: ClassVar[str] = "Look again at what is there now, then try once more."

    def __init__(
        self, detail: str | None = None, *, errors: list[FieldError] | None = None, **extra: object
    ) -> None:
        self.detail = detail or self.default_detail
        self.errors = errors or []
        self.extra = extra
        super().__init__(self.detail)


class Unauthenticated(RuleBroken):
    """No token, or one that is not known, expired or revoked."""

    slug, status, title = "unauthenticated", 401, "Sign in first"
    default_detail = "Send a valid token as “Authorization: Bearer …”."


class Forbidden(RuleBroken):
    """The role is too low."""

    slug, status, title = "forbidden", 403, "This isn’t yours to do"
    default_detail = "Your role doesn’t allow this. Ask a coordinator."


class BadSignature(RuleBroken):
    """Whoever asks isn't the carrier, or not for our account."""

    slug, status, title = "bad-signature", 403, "This wasn’t signed by the carrier"
    default_detail = "Check the account’s secret and that the public URL is the one that the carrier calls."


class NotFound(RuleBroken):
    """It isn't there, or isn't yours to see: the two look the same."""

    slug, status, title = "not-found", 404, "That isn’t here"
    default_detail = "It isn’t here, or isn’t yours to see. Check the address or the id."


class Conflict(RuleBroken):
    """Something that is already there stands against it."""


class InvalidTransition(RuleBroken):
    """The present state doesn't allow the step; `state` tells which it is."""

    slug, title = "invalid-transition", "The present state doesn’t allow this"

    def __init__(self, detail: str, *, state: str) -> None:
        super().__init__(detail, state=state)


class AudienceChanged(RuleBroken):
    """Other people would get it than somebody saw; `recipients` is how many it would be now."""

    slug, title = "audience-changed", "The audience has changed"

    def __init__(self, *, expected: int, recipients: int) -> None:
        detail = (
            f"It’s {recipients:,} people now, not {expected:,}. Look again, then launch with that number."
        )
        super().__init__(detail, expected_recipients=expected, recipients=recipients)
        self.expected, self.recipients = expected, recipients


class ScriptChanged(RuleBroken):
    """Somebody saved another version after the one that this was written from; `version` is theirs."""

    slug, title = "script-changed", "Somebody else has changed this script"

    def __init__(self, version: int) -> None:
        super().__init__(
            f"Version {version} was saved meanwhile. Look at what it changed, then send yours based on it.",
            version=version,
        )
        self.version = version


class AssignmentClosed(RuleBroken):
    """A different result stands already."""

    slug, title = "assignment-closed", "This conversation already has a result"


class IdempotencyInProgress(RuleBroken):
    """The first POST with this key is still under way."""

    slug, title = "idempotency-in-progress", "The first of these is still under way"
    default_detail = "The first request with this Idempotency-Key isn’t done yet. Ask again in a moment."


class IdempotencyKeyReused(RuleBroken):
    """The key came before with another body."""

    slug, status, title = "idempotency-key-reused", 422, "This key stands for something else"
    default_detail = "This Idempotency-Key came before with another body. Take a new key for a new request."


class ValidationFailed(RuleBroken):
    """One or more fields can't be taken; `errors` names each."""

    slug, status, title = "validation-failed", 422, "Something in this can’t be taken"
    default_detail = "Each error names the place and what to change."

    @classmethod
    def at(cls, pointer: str, detail: str) -> ValidationFailed:
        """A single field's fault."""
        return cls(detail, errors=[FieldError(pointer, detail)])


class UnknownPlaceholder(ValidationFailed):
    """A `{word}` that stands for nothing."""

    slug, title = "unknown-placeholder", "A {word} in this isn’t known"


class UnreadableFile(RuleBroken):
    """The file is no list that can be read."""

    slug, status, title = "unreadable-file", 422, "We can’t read this file"
    default_detail = "Save it as CSV (UTF-8) and try again. Nothing was brought in."


class PayloadTooLarge(RuleBroken):
    """More than the door lets in."""

    slug, status, title = "payload-too-large", 413, "This is too large"


class RateLimited(RuleBroken):
    """Too much at once; `retry_after_s` tells when it may be tried again."""

    slug, status, title = "rate-limited", 429, "That’s a lot at once"
    default_detail = "Try again in a minute."

    def __init__(self, detail: str | None = None, *, retry_after_s: int = 60) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class Unavailable(RuleBroken):
    """The database or the queue is away; nothing was half done."""

    slug, status, title = "unavailable", 503, "We’re off for a moment"
    default_detail = "Nothing is lost; try again in a minute."

    def __init__(self, detail: str | None = None, *, retry_after_s: int = 5) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s
