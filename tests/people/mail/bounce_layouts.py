"""How real mail servers lay out a bounce: the same reply, as Postfix, Exim, Exchange and others report it."""

import re
from collections.abc import Callable

TO = "ada@example.org"
HOST = "mx.example.org"
RCPT, DATA, MAIL, CONNECT = "RCPT TO", "end of DATA", "MAIL FROM", "initial connection"
STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")
ORIGINAL = "From: us@here.example\nTo: ada@example.org\nSubject: Unknown user, says 550 5.1.1\n\nWords.\n"


def status_of(reply: str) -> str:
    """The status code that a relay reports: the one in the reply, else one made of its first digit."""
    found = STATUS.search(reply)
    return found[0] if found else f"{reply.lstrip()[:1]}.0.0"


def dsn(sender: str, subject: str, text: str, fields: str, more: str = "") -> bytes:
    """A report as RFC 3464 has it."""
    return f"""Return-Path: <>
From: {sender}
To: bounce@here.example
Subject: {subject}
Auto-Submitted: auto-replied
MIME-Version: 1.0
{more}Content-Type: multipart/report; report-type=delivery-status; boundary="b0"

--b0
Content-Type: text/plain; charset=utf-8

{text}
--b0
Content-Type: message/delivery-status

Reporting-MTA: dns; out.example.net
Arrival-Date: Mon, 30 Nov 2026 09:00:00 +0000

{fields}

--b0
Content-Type: message/rfc822

{ORIGINAL}
--b0--
""".encode()


def plain(sender: str, subject: str, text: str, more: str = "") -> bytes:
    """A report in words only."""
    head = f"Return-Path: <>\nFrom: {sender}\nTo: bounce@here.example\nSubject: {subject}\n{more}"
    return f"{head}Content-Type: text/plain; charset=utf-8\n\n{text}\n".encode()


def postfix(reply: str, stage: str = RCPT, action: str = "failed", status: str = "") -> bytes:
    said = f"host {HOST}[192.0.2.9] said: {reply} (in reply to {stage} command)"
    if stage == CONNECT:
        said = f"host {HOST}[192.0.2.9] refused to talk to me: {reply}"
    text = f"""This is the mail system at host out.example.net.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

For further assistance, please send mail to postmaster.

If you do so, please include this problem report. You can
delete your own text from the attached returned message.

                   The mail system

<{TO}>: {said}"""
    if action == "delayed":
        text = f"""This is the mail system at host out.example.net.

####################################################################
# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #
####################################################################

Your message could not be delivered for more than 4 hour(s).
It will be retried until it is 5 day(s) old.

<{TO}>: {said}"""
    subject = "Delayed Mail (still being retried)" if action == "delayed" else "Undelivered Mail Returned to Sender"
    fields = (
        f"Final-Recipient: rfc822; {TO}\nOriginal-Recipient: rfc822;{TO}\nAction: {action}\n"
        f"Status: {status or status_of(reply)}\nRemote-MTA: dns; {HOST}\nDiagnostic-Code: smtp; {reply}"
    )
    return dsn("MAILER-DAEMON@out.example.net (Mail Delivery System)", subject, text, fields)


def postfix_itself(reason: str, status: str) -> bytes:
    """What Postfix says when no server answered."""
    text = (
        f"This is the mail system at host out.example.net.\n\nYour message could not be delivered.\n\n<{TO}>: {reason}"
    )
    fields = f"Final-Recipient: rfc822; {TO}\nAction: failed\nStatus: {status}\nDiagnostic-Code: X-Postfix; {reason}"
    return dsn("MAILER-DAEMON@out.example.net", "Undelivered Mail Returned to Sender", text, fields)


def exim(reply: str, stage: str = RCPT) -> bytes:
    where = {RCPT: f"RCPT TO:<{TO}>", DATA: "end of data", MAIL: "MAIL FROM:<us@here.example>"}.get(stage, stage)
    text = f"""This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {TO}
    host {HOST} [192.0.2.9]
    SMTP error from remote mail server after {where}:
    {reply}"""
    fields = (
        f"Action: failed\nFinal-Recipient: rfc822;{TO}\nStatus: 5.0.0\nRemote-MTA: dns; {HOST}\n"
        f"Diagnostic-Code: smtp; {reply}"
    )
    more = f"X-Failed-Recipients: {TO}\n"
    sender = "Mail Delivery System <Mailer-Daemon@out.example.net>"
    return dsn(sender, "Mail delivery failed: returning message to sender", text, fields, more)


def exim_itself(reason: str) -> bytes:
    text = f"""This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {TO}
    {reason}"""
    more = f"X-Failed-Recipients: {TO}\nAuto-Submitted: auto-replied\n"
    sender = "Mail Delivery System <Mailer-Daemon@out.example.net>"
    return plain(sender, "Mail delivery failed: returning message to sender", text, more)


def sendmail(reply: str, stage: str = RCPT, ours: str = "550 5.1.1 <ada@example.org>... User unknown") -> bytes:
    command = {RCPT: f"RCPT To:<{TO}>", DATA: "DATA", MAIL: "MAIL From:<us@here.example> SIZE=4711"}[stage]
    text = f"""The original message was received at Mon, 30 Nov 2026 09:00:00 GMT
from here.example [192.0.2.1]

   ----- The following addresses had permanent fatal errors -----
<{TO}>
    (reason: {reply})

   ----- Transcript of session follows -----
... while talking to {HOST}.:
>>> {command}
<<< {reply}
{ours}"""
    fields = (
        f"Final-Recipient: RFC822; {TO}\nAction: failed\nStatus: {status_of(ours)}\n"
        f"Remote-MTA: DNS; {HOST}\nDiagnostic-Code: SMTP; {reply}\nLast-Attempt-Date: Mon, 30 Nov 2026 09:00:00 GMT"
    )
    sender = "Mail Delivery Subsystem <MAILER-DAEMON@out.example.net>"
    return dsn(sender, "Returned mail: see transcript for details", text, fields)


def qmail(said: str) -> bytes:
    text = f"""Hi. This is the qmail-send program at out.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{TO}>:
{said}

--- Below this line is a copy of the message.

{ORIGINAL}"""
    return plain("MAILER-DAEMON@out.example.net", "failure notice", text)


def exchange(reply: str, lead: str = "Your message couldn't be delivered.") -> bytes:
    """Exchange Online and Outlook.com."""
    text = f"""{lead}

Diagnostic information for administrators:

Generating server: AM6PR01.prod.outlook.com

{TO}
Remote Server returned '{reply}'"""
    fields = f"Final-Recipient: rfc822;{TO}\nAction: failed\nStatus: {status_of(reply)}\nDiagnostic-Code: smtp;{reply}"
    sender = "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@example.org>"
    return dsn(sender, "Undeliverable: Monday", text, fields, "X-MS-Exchange-Message-Is-Ndr:\n")


def gmail(reply: str, head: str, text: str) -> bytes:
    said = f"** {head} **\n\n{text}\n\nThe response from the remote server was:\n{reply}"
    fields = (
        f"Final-Recipient: rfc822; {TO}\nAction: failed\nStatus: {status_of(reply)}\nRemote-MTA: dns; {HOST}\n"
        f"Diagnostic-Code: smtp; {reply}"
    )
    sender = "Mail Delivery Subsystem <mailer-daemon@googlemail.com>"
    return dsn(sender, "Delivery Status Notification (Failure)", said, fields, f"X-Failed-Recipients: {TO}\n")


def gmx(reply: str, command: str = "RCPT TO") -> bytes:
    """GMX, web.de and 1&1."""
    text = f"""This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of
its recipients. This is a permanent error. The following address
failed:

"{TO}":
SMTP error from remote server for {command} command, host: {HOST} (192.0.2.9) reason: {reply}

--- The header of the original message is following. ---

{ORIGINAL}"""
    return plain(
        '"GMX Mailer Daemon" <mailer-daemon@gmx.example>', "Mail delivery failed: returning message to sender", text
    )


def yahoo(said: str) -> bytes:
    text = f"""Sorry, we were unable to deliver your message to the following address.

<{TO}>:
{said}

--- Below this line is a copy of the message.

{ORIGINAL}"""
    return plain("MAILER-DAEMON@yahoo.example", "Failure Notice", text)


LAYOUTS: dict[str, Callable[..., bytes]] = {
    layout.__name__: layout
    for layout in (
        dsn, plain, postfix, postfix_itself, exim, exim_itself, sendmail, qmail, exchange, gmail, gmx, yahoo,
    )
}  # fmt: skip
