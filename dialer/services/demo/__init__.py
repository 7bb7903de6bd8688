"""The demo: a made-up town to call, a coordinator, a volunteer, and links that sign them in."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from dataclasses import dataclass
from importlib.resources import files
from io import BytesIO
from typing import Final

from sqlalchemy import delete, exists, func, select, update

from dialer.clock import Clock
from dialer.domain.access import Permission, Role, require
from dialer.domain.script import Script
from dialer.services.accounts.sign_in_links import renew_demo_link
from dialer.services.accounts.volunteers import NewVolunteer, create_volunteer
from dialer.services.calling.campaigns import activate_campaign, create_campaign
from dialer.services.calling.script_rows import node_from_json
from dialer.services.calling.scripts import ScriptFields, create_script
from dialer.services.context import Context
from dialer.services.messaging.blasts import BlastFields, create_blast
from dialer.services.people.import_run import run_import
from dialer.services.people.imports import start_import
from dialer.services.people.lists import create_list
from dialer.store.models.accounts import Account, Organisation, SignInLink
from dialer.store.models.calling import Campaign
from dialer.store.models.people import ContactList
from dialer.store.session import UnitOfWork

ORGANISATION: Final = "Porthwen Together"
COORDINATOR: Final = "Carys"
VOLUNTEER: Final = "Vic"

SENDER: Final = "+447700900998"
CALLER_ID: Final = "+441632960998"
VOLUNTEERS_PHONE: Final = "+447700900999"
"""Numbers of the simulated town that none of its people has."""

IMPRINT: Final = "Promoted by C Vaughan, 1 Quay St, Porthwen"
BLAST: Final = (
    "Hi {first_name|there}, it's Porthwen Together. Will you vote on polling day? Reply YES or NO."
    f" Stop: STOP. {IMPRINT}"
)

_NO_QUIET_HOURS: Final = dt.time(0, 0)
_RETRY_AFTER_S: Final = 600
_MAKING: Final = 0x64656D6F  # “demo”: whoever holds this advisory lock makes it, the others wait


@dataclass(frozen=True, slots=True)
class DemoLinks:
    """Addresses that sign in, any number of times, until the demo is started again."""

    coordinator: str
    volunteer: str


def start_demo(ctx: Context, clock: Clock) -> DemoLinks | None:
    """Make the demo where the database is empty, and new sign-in links for it each time.

    None where the database has data of its own: the demo never mixes with real people.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        unit.session.execute(select(func.pg_advisory_xact_lock(_MAKING)))
        if not _is_demo(unit):
            if not _is_empty(unit):
                return None
            _take_name(unit)
            _add_coordinator(ctx, unit)
    coordinator = _oldest(ctx, Role.COORDINATOR)
    volunteer = _oldest(ctx, Role.VOLUNTEER) or _make_campaign(ctx, clock)
    if coordinator is None:
        return None
    return DemoLinks(renew_demo_link(ctx, coordinator), renew_demo_link(ctx, volunteer))


def end_demo_links(ctx: Context) -> None:
    """Let links of an earlier demo open nothing: they work until the next start."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        unit.session.execute(
            delete(SignInLink).where(SignInLink.organisation_id == unit.organisation_id, SignInLink.reusable)
        )


def _is_demo(unit: UnitOfWork) -> bool:
    return bool(unit.session.scalar(select(Organisation.demo).where(Organisation.id == unit.organisation_id)))


def _is_empty(unit: UnitOfWork) -> bool:
    tables = (ContactList, Campaign, Account)
    return not any(
        unit.session.scalar(select(exists().where(table.organisation_id == unit.organisation_id)))
        for table in tables
    )


def _take_name(unit: UnitOfWork) -> None:
    unit.session.execute(
        update(Organisation)
        .where(Organisation.id == unit.organisation_id)
        .values(name=ORGANISATION, demo=True)
    )


def _add_coordinator(ctx: Context, unit: UnitOfWork) -> None:
    unit.session.add(
        Account(
            organisation_id=unit.organisation_id,
            role=Role.COORDINATOR,
            name=COORDINATOR,
            languages=["en", "cy"],
            created_at=ctx.now,
        )
    )


def _make_campaign(ctx: Context, clock: Clock) -> uuid.UUID:
    """The list, script, campaign, a blast to launch and, last, the volunteer: where there is none, all is
    done again.
    """
    people = create_list(ctx, {"name": "Porthwen register (made up)", "register": "Porthwen demo"})
    upload = BytesIO(files(__name__).joinpath("town.csv").read_bytes())
    brought = start_import(ctx, people.id, upload, "porthwen.csv", {})
    run_import(ctx, brought.id, clock)
    campaign = create_campaign(
        ctx,
        {
            "name": "Porthwen calls (demo)",
            "kind": "phone_bank",
            "list_ids": [people.id],
            "script_id": create_script(ctx, _script()).id,
            "quiet_start": _NO_QUIET_HOURS,  # equal times are none: these numbers ring nowhere
            "quiet_end": _NO_QUIET_HOURS,
            "retry_after_s": _RETRY_AFTER_S,
            "senders": [SENDER],
            "caller_ids": [CALLER_ID],
            "imprint": IMPRINT,
        },
    )
    activate_campaign(ctx, campaign.id)
    blast: BlastFields = {"name": "Hello, Porthwen", "body": BLAST, "list_ids": [people.id]}
    create_blast(ctx, campaign.id, blast)
    volunteer = NewVolunteer(VOLUNTEER, [campaign.id], phone=VOLUNTEERS_PHONE, languages=["en", "cy"])
    return create_volunteer(ctx, volunteer).id


def _script() -> ScriptFields:
    written = json.loads(files(__name__).joinpath("script.json").read_text(encoding="utf-8"))
    nodes = tuple(node_from_json(node) for node in written["nodes"])
    return ScriptFields("Hello, Porthwen", Script(written["start"], nodes))


def _oldest(ctx: Context, role: Role) -> uuid.UUID | None:
    """The account of that role that was there first: the demo's own, whatever it is called by now."""
    with ctx.unit() as unit:
        return unit.session.scalar(
            select(Account.id)
            .where(Account.organisation_id == unit.organisation_id, Account.role == role)
            .order_by(Account.id)
            .limit(1)
        )
