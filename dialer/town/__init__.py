"""The simulated town: another party that speaks the carrier's API and sends its webhooks, with people in it.

It is a server of its own that imports nothing of dialer, so that demo, rehearsal and tests run the very code
that production runs against the carrier. What it does and refuses follows Twilio's OpenAPI description
(version 2.6.7) and what Twilio documents of its errors, opt-outs and webhooks.

`Town` holds the parts; a trade (`messages.Messages`, one for calls beside it) plugs in what it answers, what
of the ledger is its own and how it goes on after a restart.
"""
