"""Templates of texts and emails: words kept for use again, each version approved by somebody else than its
writer.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypedDict

from sqlalchemy import func, or_, select

from dialer.domain.access import Permission, require
from dialer.domain.errors import Conflict, Forbidden, NotFound, ValidationFailed
from dialer.domain.text_template import NAME_LONGEST, REMARK_LONGEST, Step, Words, after, check_other
from dialer.domain.texting import EMAIL, SMS
from dialer.services.calling.reach import reach_campaign
from dialer.services.context import Context
from dialer.services.messaging.approval import words_of
from dialer.services.messaging.blast_faults import channel_said, faults_of_subjects, subject_pointer
from dialer.services.messaging.words import LONGEST, check_placeholders, faults_of_words
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.store.models import new_id
from dialer.store.models.accounts import Account
from dialer.store.models.messaging import Blast
from dialer.store.models.templates import TextTemplate, TextTemplateVersion
from dialer.store.session import UnitOfWork


class TemplateFields(TypedDict, total=False):
    """What may be said of a template; what is left out stays."""

    name: str
    body: str
    bodies: dict[str, str]
    channel: str
    """`sms`, or `email`. Said once, when it is written."""
    subject: str
    subjects: dict[str, str]
    """Of emails: what they are about, and in other languages; all of them at once."""


@dataclass(frozen=True, slots=True)
class Somebody:
    """Who did something."""

    id: uuid.UUID
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class VersionView:
    """Words as somebody wrote them, and what was decided about them, by whom."""

    number: int
    body: str = field(repr=False)
    bodies: Mapping[str, str] = field(repr=False)
    state: str
    written_by: Somebody | None
    written_at: dt.datetime
    submitted_by: Somebody | None
    submitted_at: dt.datetime | None
    decided_by: Somebody | None
    decided_at: dt.datetime | None
    remark: str | None = field(repr=False)
    subject: str = field(default="", repr=False)
    subjects: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Of emails."""


@dataclass(frozen=True, slots=True)
class TemplateView:
    """A template with its history, the latest words first. `used` counts the blasts made from it."""

    id: uuid.UUID
    campaign_id: uuid.UUID | None
    name: str
    versions: Sequence[VersionView]
    used: int
    created_at: dt.datetime
    retired_at: dt.datetime | None
    channel: str = SMS

    @property
    def is_letters(self) -> bool:
        """Whether emails are written from it, and no texts."""
        return self.channel == EMAIL

    @property
    def latest(self) -> VersionView:
        """The words as they stand."""
        return self.versions[0]

    @property
    def approved(self) -> VersionView | None:
        """The words that were approved last."""
        return next((one for one in self.versions if one.state == "approved"), None)


def create_template(ctx: Context, campaign_id: uuid.UUID | None, fields: TemplateFields) -> TemplateView:
    """Keep words for use again, as a draft: of a campaign, or of all (`None`), which only those who approve
    may.
    """
    with ctx.unit() as unit:
        _check_campaign(ctx, unit, campaign_id)
        row = TextTemplate(
            organisation_id=unit.organisation_id,
            id=new_id(),
            campaign_id=campaign_id,
            channel=channel_said(fields.get("channel", SMS)),
            name=_name(fields.get("name", "")),
            created_by=ctx.actor.account_id,
            created_at=ctx.now,
        )
        unit.session.add(row)
        unit.session.flush()
        _write(ctx, unit, row, 1, _words(row.channel, fields))
        about = {"campaign_id": str(campaign_id) if campaign_id else None}
        ctx.audit(unit, "template.created", "text_template", row.id, about)
        return _views(unit, [row])[0]


def copy_templates(ctx: Context, unit: UnitOfWork, source_id: uuid.UUID, campaign_id: uuid.UUID) -> None:
    """Keep the templates of one campaign for another too, as they say now: drafts that somebody approves
    for it. Those that are offered no more stay behind.
    """
    query = select(TextTemplate).where(
        TextTemplate.organisation_id == unit.organisation_id,
        TextTemplate.campaign_id == source_id,
        TextTemplate.retired_at.is_(None),
    )
    for row in unit.session.scalars(query.order_by(TextTemplate.id)).all():
        made = TextTemplate(
            organisation_id=unit.organisation_id,
            id=new_id(),
            campaign_id=campaign_id,
            channel=row.channel,
            name=row.name,
            created_by=ctx.actor.account_id,
            created_at=ctx.now,
        )
        unit.session.add(made)
        unit.session.flush()
        _write(ctx, unit, made, 1, words_of(row.channel, _latest(unit, row)))


def change_template(ctx: Context, template_id: uuid.UUID, fields: TemplateFields) -> TemplateView:
    """Change its name, or its words: other words are another version, in draft."""
    with ctx.unit() as unit:
        row = _reach(ctx, unit, template_id, Permission.TEMPLATE_WRITE, lock=True)
        latest = _latest(unit, row)
        if fields.get("channel", row.channel) != row.channel:
            raise ValidationFailed.at("/channel", "A template of texts doesn’t become one of emails.")
        row.name = _name(fields.get("name", row.name))
        words = _words(row.channel, fields, latest)
        if words != words_of(row.channel, latest):
            _write(ctx, unit, row, latest.number + 1, words)
        ctx.audit(unit, "template.changed", "text_template", row.id, {"fields": sorted(fields)})
        unit.session.flush()
        return _views(unit, [row])[0]


def submit_template(ctx: Context, template_id: uuid.UUID, number: int) -> TemplateView:
    """Ask for words to be approved. `Conflict` where they aren't the latest any more."""
    return _step(ctx, template_id, number, Step.SUBMIT, None)


def decide_template(
    ctx: Context, template_id: uuid.UUID, number: int, *, approve: bool, remark: str | None = None
) -> TemplateView:
    """Approve words or decline them, with a remark. `Conflict` where they are one's own (`own_words`), or
    aren't the latest any more (`other_words`).
    """
    if remark is not None and len(remark) > REMARK_LONGEST:
        raise ValidationFailed.at("/remark", f"A remark has at most {REMARK_LONGEST} characters.")
    return _step(ctx, template_id, number, Step.APPROVE if approve else Step.DECLINE, remark)


def retire_template(ctx: Context, template_id: uuid.UUID) -> TemplateView:
    """Offer it no more; texts made from it stay as they are, and need somebody's approval anew."""
    with ctx.unit() as unit:
        row = _reach(ctx, unit, template_id, Permission.TEMPLATE_WRITE, lock=True)
        if row.retired_at is None:
            row.retired_at = ctx.now
            ctx.audit(unit, "template.retired", "text_template", row.id)
        unit.session.flush()
        return _views(unit, [row])[0]


def get_template(ctx: Context, template_id: uuid.UUID) -> TemplateView:
    """One template, retired ones too."""
    with ctx.unit() as unit:
        return _views(unit, [_reach(ctx, unit, template_id, Permission.TEMPLATE_READ)])[0]


def list_templates(
    ctx: Context, page: Page, *, retired: bool = False, channel: str | None = None
) -> Slice[TemplateView]:
    """The templates that exist for this actor, in the order they were made, of a channel if one is named; or
    those that were retired.
    """
    require(ctx.actor, Permission.TEMPLATE_READ)
    with ctx.unit() as unit:
        is_retired = TextTemplate.retired_at.is_not(None)
        query = select(TextTemplate).where(
            TextTemplate.organisation_id == unit.organisation_id, is_retired if retired else ~is_retired
        )
        if channel is not None:
            query = query.where(TextTemplate.channel == channel)
        if ctx.actor.campaign_ids is not None:
            theirs = TextTemplate.campaign_id.in_(ctx.actor.campaign_ids)
            query = query.where(or_(TextTemplate.campaign_id.is_(None), theirs))
        if (last := after_id(page)) is not None:
            query = query.where(TextTemplate.id > last)
        rows = unit.session.scalars(query.order_by(TextTemplate.id).limit(page.limit + 1)).all()
        some = cut(rows, page, lambda row: (str(row.id),))
        views = {one.id: one for one in _views(unit, some.items)}
        return some.map(lambda row: views[row.id])


def _check_campaign(ctx: Context, unit: UnitOfWork, campaign_id: uuid.UUID | None) -> None:
    require(ctx.actor, Permission.TEMPLATE_WRITE)
    if campaign_id is None:
        if not ctx.actor.may(Permission.TEMPLATE_APPROVE):
            raise ValidationFailed.at("/campaign_id", "Say for which of your campaigns it is.")
        return
    try:
        reach_campaign(ctx, unit, campaign_id, Permission.TEMPLATE_WRITE)
    except NotFound:
        raise ValidationFailed.at("/campaign_id", "There is no campaign with this id.") from None


def _reach(
    ctx: Context, unit: UnitOfWork, template_id: uuid.UUID, permission: Permission, *, lock: bool = False
) -> TextTemplate:
    require(ctx.actor, permission)
    query = select(TextTemplate).where(
        TextTemplate.organisation_id == unit.organisation_id, TextTemplate.id == template_id
    )
    row = unit.session.scalar(query.with_for_update(key_share=True) if lock else query)
    if row is None:
        raise NotFound
    require(ctx.actor, permission, campaign_id=row.campaign_id)
    is_everybodys = row.campaign_id is None and permission is Permission.TEMPLATE_WRITE
    if is_everybodys and not ctx.actor.may(Permission.TEMPLATE_APPROVE):
        raise Forbidden
    return row


def _name(name: str) -> str:
    if not name.strip() or len(name.strip()) > NAME_LONGEST:
        raise ValidationFailed.at("/name", f"A template needs a name, of {NAME_LONGEST} characters at most.")
    return name.strip()


def _words(channel: str, fields: TemplateFields, known: TextTemplateVersion | None = None) -> Words:
    """The words as fields say them; what they leave out is as it was. A text has no subject."""
    return Words.of(
        channel,
        fields.get("body", known.body if known else ""),
        fields.get("bodies", known.bodies if known else {}),
        fields.get("subject", known.subject if known else ""),
        fields.get("subjects", known.subjects if known else {}),
    )


def _check_words(words: Words) -> None:
    """Refuse words that can't be sent as they are."""
    found = list(faults_of_words(words.bodies, LONGEST[words.channel]))
    if words.channel == EMAIL:
        found += faults_of_subjects(words.subjects.usual, words.subjects.others)
    if found:
        raise ValidationFailed(errors=found)
    check_placeholders(words.bodies)
    check_placeholders(words.subjects, subject_pointer)


def _write(ctx: Context, unit: UnitOfWork, row: TextTemplate, number: int, words: Words) -> None:
    _check_words(words)
    unit.session.add(
        TextTemplateVersion(
            organisation_id=unit.organisation_id,
            template_id=row.id,
            number=number,
            body=words.bodies.usual,
            bodies=dict(words.bodies.others),
            subject=words.subjects.usual,
            subjects=dict(words.subjects.others),
            state="draft",
            written_by=ctx.actor.account_id,
            written_at=ctx.now,
        )
    )
    unit.session.flush()


def _latest(unit: UnitOfWork, row: TextTemplate) -> TextTemplateVersion:
    query = select(TextTemplateVersion).where(
        TextTemplateVersion.organisation_id == unit.organisation_id, TextTemplateVersion.template_id == row.id
    )
    return unit.session.scalars(query.order_by(TextTemplateVersion.number.desc()).limit(1)).one()


def _step(ctx: Context, template_id: uuid.UUID, number: int, step: Step, remark: str | None) -> TemplateView:
    permission = Permission.TEMPLATE_WRITE if step is Step.SUBMIT else Permission.TEMPLATE_APPROVE
    with ctx.unit() as unit:
        row = _reach(ctx, unit, template_id, permission, lock=True)
        version = _latest(unit, row)
        if version.number != number:
            raise Conflict("It says something else by now. Read it first.", reason="other_words")
        wanted = after(version.state, step)
        if version.state != wanted:
            _enter(ctx, version, wanted, remark)
            ctx.audit(unit, f"template.{wanted}", "text_template", row.id, {"number": number})
        unit.session.flush()
        return _views(unit, [row])[0]


def _enter(ctx: Context, version: TextTemplateVersion, wanted: str, remark: str | None) -> None:
    if wanted == "submitted":
        version.submitted_by, version.submitted_at = ctx.actor.account_id, ctx.now
    else:
        check_other(ctx.actor.account_id, {version.written_by, version.submitted_by} - {None})
        version.decided_by, version.decided_at = ctx.actor.account_id, ctx.now
        version.remark = (remark or "").strip() or None
    version.state = wanted


def _views(unit: UnitOfWork, rows: Sequence[TextTemplate]) -> list[TemplateView]:
    ids = [row.id for row in rows]
    versions = unit.session.scalars(
        select(TextTemplateVersion)
        .where(
            TextTemplateVersion.organisation_id == unit.organisation_id,
            TextTemplateVersion.template_id.in_(ids),
        )
        .order_by(TextTemplateVersion.number.desc())
    ).all()
    names = _names(unit, versions)
    by_template: defaultdict[uuid.UUID, list[VersionView]] = defaultdict(list)
    for one in versions:
        by_template[one.template_id].append(_version(one, names))
    used = _used(unit, ids)
    return [
        TemplateView(
            id=row.id,
            campaign_id=row.campaign_id,
            name=row.name,
            versions=tuple(by_template[row.id]),
            used=used.get(row.id, 0),
            created_at=row.created_at,
            retired_at=row.retired_at,
            channel=row.channel,
        )
        for row in rows
    ]


def _version(one: TextTemplateVersion, names: Mapping[uuid.UUID, Somebody]) -> VersionView:
    def who(account_id: uuid.UUID | None) -> Somebody | None:
        return names.get(account_id) if account_id is not None else None

    return VersionView(
        number=one.number,
        body=one.body,
        bodies=one.bodies,
        state=one.state,
        written_by=who(one.written_by),
        written_at=one.written_at,
        submitted_by=who(one.submitted_by),
        submitted_at=one.submitted_at,
        decided_by=who(one.decided_by),
        decided_at=one.decided_at,
        remark=one.remark,
        subject=one.subject,
        subjects=one.subjects,
    )


def _names(unit: UnitOfWork, versions: Iterable[TextTemplateVersion]) -> dict[uuid.UUID, Somebody]:
    ids = {id_ for one in versions for id_ in (one.written_by, one.submitted_by, one.decided_by) if id_}
    query = select(Account.id, Account.name).where(
        Account.organisation_id == unit.organisation_id, Account.id.in_(ids)
    )
    return {row.id: Somebody(row.id, row.name) for row in unit.session.execute(query)} if ids else {}


def _used(unit: UnitOfWork, ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, int]:
    query = (
        select(Blast.template_id, func.count())
        .where(Blast.organisation_id == unit.organisation_id, Blast.template_id.in_(ids))
        .group_by(Blast.template_id)
    )
    return {row[0]: row[1] for row in unit.session.execute(query) if row[0] is not None}
