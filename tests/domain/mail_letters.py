"""Letters as mail servers of all kinds write them, with made-up people, for the tests of mail reports."""

from __future__ import annotations

OURS = "<ours.1@example.org>"
PATH = "bounces+token@example.org"


def dsn(
    status: str,
    diagnostic: str = "",
    *,
    action: str = "failed",
    recipient: str = "gwen@example.net",
    returned: str = "message/rfc822",
) -> bytes:
    """A report as RFC 3464 has it, as Postfix writes one."""
    told = f"Diagnostic-Code: smtp; {diagnostic}\n" if diagnostic else ""
    return f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {PATH}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4F1.17/mx.example.net"

This is a MIME-encapsulated message.

--4F1.17/mx.example.net
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--4F1.17/mx.example.net
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
X-Postfix-Queue-ID: 4F1
Arrival-Date: Mon, 23 Nov 2026 09:00:00 +0000 (GMT)

Final-Recipient: rfc822; {recipient}
Original-Recipient: rfc822;{recipient}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.example.net
{told}
--4F1.17/mx.example.net
Content-Description: Undelivered Message
Content-Type: {returned}

Return-Path: <{PATH}>
From: Green Aber <aber@example.org>
To: {recipient}
Subject: Polls are open
Message-ID: {OURS}

Hello Gwen

--4F1.17/mx.example.net--
""".encode()


def arf(
    feedback: str = "abuse",
    *,
    fields: str = "Original-Rcpt-To: <gwen@example.net>\n",
    to: str = "gwen@example.net",
) -> bytes:
    """A complaint as RFC 5965 has it."""
    return f"""\
From: <feedback@fbl.example.net>
Subject: FW: Polls are open
To: {PATH}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part"

--part
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report for an email message received from IP 192.0.2.1.

--part
Content-Type: message/feedback-report

Feedback-Type: {feedback}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Mail-From: <{PATH}>
{fields}
--part
Content-Type: message/rfc822
Content-Disposition: inline

From: <aber@example.org>
To: <{to}>
Message-ID: {OURS}
Subject: Polls are open

Hello Gwen

--part--
""".encode()


QMAIL = f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.example.net
To: {PATH}
Subject: failure notice

Hi. This is the qmail-send program at mx.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<gwen@example.net>:
192.0.2.7 does not like recipient.
Remote host said: 550 5.1.1 <gwen@example.net>: Recipient address rejected: User unknown in local table
Giving up on 192.0.2.7.

--- Below this line is a copy of the message.

Return-Path: <{PATH}>
Message-ID: {OURS}
Subject: Polls are open
""".encode()

EXIM = f"""\
Return-path: <>
From: Mail Delivery System <Mailer-Daemon@mx.example.net>
To: {PATH}
X-Failed-Recipients: gwen@example.net
Auto-Submitted: auto-replied
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  gwen@example.net
    host mx.example.net [192.0.2.7]
    SMTP error from remote mail server after RCPT TO:<gwen@example.net>:
    552 5.2.2 <gwen@example.net>: mailbox is full
""".encode()

EXCHANGE = dsn(
    "5.1.10",
    "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient gwen@example.net not found by SMTP address lookup",
)
GMAIL = dsn(
    "5.1.1",
    "550-5.1.1 The email account that you tried to reach does not exist. Please try double-checking the "
    "recipient's email address for typos. For more information, go to gsmtp",
)
GMAIL_FULL = dsn("5.2.2", "552-5.2.2 The recipient's inbox is out of storage space and inactive. gsmtp")
OUTLOOK_BLOCK = dsn(
    "5.7.1",
    "550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your Internet service "
    "provider since part of their network is on our block list (S3140).",
)
YAHOO = dsn(
    "5.0.0", "554 delivery error: dd This user doesn't have an example.net account (gwen@example.net) [0]"
)
DMARC = dsn(
    "5.7.26", "550-5.7.26 This mail has been blocked because the sender is unauthenticated (DMARC policy)."
)

HOLIDAY = f"""\
From: Gwen Jones <gwen@example.net>
To: {PATH}
Auto-Submitted: auto-replied (vacation)
Subject: Out of office: Polls are open
In-Reply-To: {OURS}

I am away until Monday. Delivery of your letter may fail to interest me.
""".encode()

PLAIN = f"""\
From: Gwen Jones <gwen@example.net>
To: aber@example.org
Subject: Re: Polls are open
In-Reply-To: {OURS}

The last leaflet was returned, undelivered: 550 houses have none.
""".encode()
