"""Version 1 of the API, one module a resource."""

from __future__ import annotations

from dialer.web.api.blueprint import Resource
from dialer.web.api.v1.accounts import accounts
from dialer.web.api.v1.answer_hours import hours
from dialer.web.api.v1.answering_people import conversations
from dialer.web.api.v1.assignments import assignments
from dialer.web.api.v1.audiences import audiences
from dialer.web.api.v1.blast_links import blast_links
from dialer.web.api.v1.blasts import blasts
from dialer.web.api.v1.call_policy import call_policies
from dialer.web.api.v1.caller_ids import caller_id_watch
from dialer.web.api.v1.calls import calls
from dialer.web.api.v1.campaigns import campaigns
from dialer.web.api.v1.canned_replies import canned_replies
from dialer.web.api.v1.canvass import canvass
from dialer.web.api.v1.circulars import circulars
from dialer.web.api.v1.company import company
from dialer.web.api.v1.contacts import contacts
from dialer.web.api.v1.crosstab import crosstabs
from dialer.web.api.v1.door_results import door_results
from dialer.web.api.v1.elections import elections
from dialer.web.api.v1.events import events
from dialer.web.api.v1.exports import exports
from dialer.web.api.v1.first_texts import first_texts
from dialer.web.api.v1.history import histories
from dialer.web.api.v1.import_after import imports
from dialer.web.api.v1.join_links import join_links
from dialer.web.api.v1.knock_up import knock_up
from dialer.web.api.v1.lists import lists
from dialer.web.api.v1.look_ups import look_ups
from dialer.web.api.v1.looking_after import looking_after
from dialer.web.api.v1.machines import machines
from dialer.web.api.v1.me import me
from dialer.web.api.v1.messages import messages
from dialer.web.api.v1.number_notes import number_notes
from dialer.web.api.v1.numbers import numbers
from dialer.web.api.v1.pacing import pacing
from dialer.web.api.v1.party_scales import party_scales
from dialer.web.api.v1.penetration import penetrations
from dialer.web.api.v1.pictures import pictures
from dialer.web.api.v1.pledges import pledges
from dialer.web.api.v1.postal_votes import postal
from dialer.web.api.v1.reach import reach
from dialer.web.api.v1.recordings import recordings
from dialer.web.api.v1.recycling import recycling
from dialer.web.api.v1.script_versions import scripts
from dialer.web.api.v1.sender_health import health_of_senders
from dialer.web.api.v1.senders import senders
from dialer.web.api.v1.sessions import sessions
from dialer.web.api.v1.shift_list import shift_lists
from dialer.web.api.v1.sounds import sounds
from dialer.web.api.v1.spending import spending
from dialer.web.api.v1.stats import stats
from dialer.web.api.v1.steering import steering
from dialer.web.api.v1.stream import stream
from dialer.web.api.v1.supervising import supervisions
from dialer.web.api.v1.suppressions import suppressions
from dialer.web.api.v1.teams import teams
from dialer.web.api.v1.teller_links import teller_links
from dialer.web.api.v1.teller_sheets import teller_sheets
from dialer.web.api.v1.text_answers import text_answers
from dialer.web.api.v1.text_templates import text_templates
from dialer.web.api.v1.timetable import timetables
from dialer.web.api.v1.tokens import tokens
from dialer.web.api.v1.transfers import transfers
from dialer.web.api.v1.turnout import turnout
from dialer.web.api.v1.turnout_marks import turnout_marks
from dialer.web.api.v1.volunteers import volunteers

BLUEPRINTS: tuple[Resource, ...] = (
    accounts,
    assignments,
    audiences,
    blast_links,
    blasts,
    call_policies,
    caller_id_watch,
    calls,
    campaigns,
    canned_replies,
    circulars,
    canvass,
    contacts,
    company,
    conversations,
    crosstabs,
    door_results,
    elections,
    events,
    exports,
    first_texts,
    histories,
    hours,
    imports,
    join_links,
    knock_up,
    lists,
    looking_after,
    machines,
    me,
    messages,
    pacing,
    penetrations,
    pictures,
    pledges,
    reach,
    postal,
    recordings,
    recycling,
    scripts,
    senders,
    health_of_senders,
    look_ups,
    number_notes,
    numbers,
    sessions,
    sounds,
    shift_lists,
    spending,
    stats,
    steering,
    stream,
    supervisions,
    suppressions,
    teams,
    teller_links,
    text_answers,
    text_templates,
    party_scales,
    timetables,
    tokens,
    transfers,
    teller_sheets,
    turnout,
    turnout_marks,
    volunteers,
)
