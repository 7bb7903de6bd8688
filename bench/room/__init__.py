"""A phone bank that exists in the computer alone: its people, volunteers, carrier and host.

It drives any object that has the methods of a pacing policy (`dialer.domain.pacing`), and counts what really
happened, which no policy ever gets to see: who was a person, and who of them heard nobody.
"""
