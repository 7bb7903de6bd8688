"""What the carrier heard of who answered a dialled call, told beside it; and what follows.

With a volunteer on the line it is theirs to say: their page tells them, nobody is cut off. With nobody there
the machine gets the campaign's message, where there is one, else the call ends. Whoever hears already that
nobody was free hears that to its end, since the carrier's word is wrong for some people, and they are to have
the number and the key that stop our calls; a message follows only then (`leaving_messages`).
"""

from __future__ import annotations

import uuid

from dialer.domain.answering_machine import DropFacts, MachineRules, no_message, rules_of, verdict
from dialer.domain.call import FINAL
from dialer.domain.disposition import Disposition
from dialer.domain.postcode_zones import zones_of_postcode
from dialer.domain.quiet_hours import is_quiet, zones_of_number
from dialer.domain.ringing import SOON
from dialer.services.calling.call_evidence import Held
from dialer.services.calling.call_jobs import ask_for_message, hang_up
from dialer.services.calling.corrections import replace_diallers
from dialer.services.calling.facts import calling_rules
from dialer.services.calling.reach import campaign_of
from dialer.services.calling.ring_gate import stopped
from dialer.store import changes
from dialer.store.models import new_id
from dialer.store.models.calling import Campaign
from dialer.store.models.sounds import VoicemailDrop
from dialer.store.queries import calls, voicemail
from dialer.store.queries.postcodes import postcode_of


def found(held: Held, answered_by: str) -> None:
    """Take in who answered (call locked). The first word that says something stands; told once more, or too
    late to matter, it changes nothing.
    """
    call = held.call
    if call.machine not in {None, verdict(answered_by)}:
        return
    call.answered_by, call.machine = answered_by, verdict(answered_by)
    if held.shift is not None:
        changes.note(held.unit.session, "session", held.shift.id)
    if call.message_at is not None:
        _at_the_beep(held)
    elif call.machine and call.joined_at is None and held.assignment is not None:
        _nobody_there(held)


def rules_for(held: Held) -> tuple[Campaign, MachineRules]:
    """The campaign of a dialled call, and what it does about machines."""
    assert held.assignment is not None  # noqa: S101 -- every dial has one
    campaign = campaign_of(held.unit, held.assignment)
    return campaign, rules_of(campaign.answering_machines)


def why_no_message(held: Held) -> str | None:
    """Why no message may be left on this call's number (locked until the end of the transaction); None where
    one may.
    """
    unit, now = held.unit, held.ctx.now
    campaign, rules = rules_for(held)
    number = held.call.number or ""
    voicemail.lock_number(unit, number)
    had_here, had_at = voicemail.left_on(unit, campaign.id, number)
    hours = calling_rules(campaign)
    home = zones_of_postcode(postcode_of(unit, held.call.contact_id), number, hours.zone)
    facts = DropFacts(
        stopped=stopped(unit, campaign) is not None,
        barred=calls.barred(unit, number)[0],
        quiet=is_quiet(now, hours.hours, (hours.zone, *zones_of_number(number), *home)),
        had_here=had_here,
        had_at=had_at,
    )
    return no_message(rules, facts, now)


def begin_message(held: Held, account_id: uuid.UUID | None) -> None:
    """Have the message left on this call (nothing is against it): from here on it goes on by itself."""
    write_message_down(held, account_id)
    send_on(held)


def write_message_down(held: Held, account_id: uuid.UUID | None) -> None:
    """This call has a message from now on, which the number doesn't get again."""
    unit, call, now = held.unit, held.call, held.ctx.now
    campaign, rules = rules_for(held)
    sound_id = uuid.UUID(rules.sound_id)
    unit.session.add(
        VoicemailDrop(
            organisation_id=unit.organisation_id,
            id=new_id(),
            campaign_id=campaign.id,
            call_id=call.id,
            number=call.number,
            sound_id=sound_id,
            account_id=account_id,
            at=now,
        )
    )
    call.message_at = now
    by = "volunteer" if account_id else "dialler"
    call.why = {**(call.why or {}), "message": {"at": now.isoformat(), "sound_id": str(sound_id), "by": by}}
    unit.session.flush()


def send_on(held: Held) -> None:
    """Have the carrier ask what the machine is to hear, now; where that gets lost, whoever looks does it."""
    ctx, call = held.ctx, held.call
    if call.state not in FINAL:
        call.deadline_at = min(call.deadline_at, ctx.now + SOON)
    held.unit.after_commit(lambda: ask_for_message(ctx, call))


def _nobody_there(held: Held) -> None:
    """A machine, and no volunteer: its message, else nothing more is said to it. Who hears that nobody was
    free may be a person all the same, and hears it out.
    """
    if held.call.state == "abandoned" and held.assignment is not None:
        replace_diallers(held.ctx, held.unit, held.assignment, Disposition.ANSWERING_MACHINE)
    elif held.call.state in FINAL:
        return
    elif why_no_message(held) is None:
        begin_message(held, None)
    else:
        hang_up(held.ctx, held.unit, held.call)


def _at_the_beep(held: Held) -> None:
    drop = voicemail.drop_of(held.unit, held.call.id)
    if drop is not None and drop.played_at is None and drop.given_up_at is None:
        send_on(held)
