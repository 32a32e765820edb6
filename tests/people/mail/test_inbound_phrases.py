"""Bounces of servers that the samples do not have, and messages that only look like bounces."""

import pytest

from parley.people.returned_mail import reports

DAEMON = "MAILER-DAEMON@mx.example.net"
ORIGINAL = "\n--- Original message ---\nSubject: Monday\n\nAn account that is over quota, says 550 5.1.1.\n"


def letter(said: str, sender: str = DAEMON, subject: str = "failure notice", more: str = "") -> bytes:
    return f"From: {sender}\nTo: bounce@localhost\nSubject: {subject}\n{more}\n{said}\n{ORIGINAL}".encode()


def classified(raw: bytes) -> str | None:
    _, report = reports.read(raw)
    if report is None or report.kind in {"mail", "auto-reply"}:
        return None
    return report.kind if report.is_final else "delayed"


@pytest.mark.parametrize(
    ("sender", "subject", "said", "kind"),
    [
        ("MDaemon@mx.example.net", "Permanent Delivery Failure",
         "It had PERMANENT fatal delivery errors!\n> 550 <ada@example.org>, recipient unknown", "gone"),
        ("MDaemon@mx.example.net", "Warning: ada@example.org - User unknown!",
         "ada@example.org - no such user here.\nThere is no user by that name at this server.", "gone"),
        ('"System Administrator" <postmaster@example.net>', "Undeliverable: Monday",
         "Your message did not reach some or all of the intended recipients.\nada@example.org: #5.1.1 smtp;550 unknown",
         "gone"),
        ('"MailEnable" <postmaster@example.net>', "Message Delivery Failure",
         "MailEnable: Message could not be delivered to some recipients.\nReason: Mailbox does not exist", "gone"),
        (DAEMON, "Undeliverable mail: Monday", "Failed to deliver to 'ada@example.org'\n account is full", "full"),
        ("postmaster@example.net", "DELIVERY FAILURE: User ada (ada@example.org) not listed in Domino Directory",
         "was not delivered\nbecause:\n  User ada (ada@example.org) not listed in Domino Directory",
         "gone"),
        (DAEMON, "failure notice", "The message could not be delivered because the user's mailfolder is full.", "full"),
        (DAEMON, "failure notice", "552 Quota violation for ada@example.org", "full"),
        (DAEMON, "Undelivered Mail Returned to Sender",
         "<ada@example.org>: host mx.example.org[195.7.46.14] said: 550 5.1.1\n    <ada@example.org>... User unknown",
         "gone"),
        (DAEMON, "Returned mail: Too many hops", "554 Too many hops 26 (25 max)", "soft"),
        (DAEMON, "failure delivery", "Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)", "soft"),
        ("imss@example.net", "Mail could not be delivered",
         "Sent <<< RCPT TO:<ada@example.org>\nReceived >>> 550 5.1.1 unknown user.", "gone"),
        (DAEMON, "Unzustellbar: Monday", "Die Nachricht konnte nicht zugestellt werden: Empfänger unbekannt", "gone"),
        (DAEMON, "Warning: message has not yet been delivered",
         "has not yet been delivered because the server did not respond. This is just a warning.", "delayed"),
        ("postmaster@example.net", "Mail Delivery Warning", "Delivery to this address has been postponed.", "delayed"),
        (DAEMON, "Mail delivery failed", "550 5.7.1 Message refused by policy", "policy"),
        (DAEMON, "Warning--Could not send mail for past 8.5 hours",
         "The following addresses had delivery errors\nada@example.org [Connection timed out]", "delayed"),
        (DAEMON, "Undelivered Mail Returned to Sender",
         ("ada@example.org Invalid Address, ERROR_CODE :550, ERROR_CODE :5.2.1 <ada@example.org>... User Unknown\n"
         "eve@example.org Invalid Address, ERROR_CODE :550, ERROR_CODE :5.2.2 <eve@example.org>... Mailbox Full"),
         "gone"),
        (DAEMON, "failure notice", "said: 550 Unknown user ada (in reply to end of DATA command)", "hard"),
        (DAEMON, "failure notice", "said: 550 5.1.1 No such user (in reply to end of DATA command)", "gone"),
        (DAEMON, "Returned mail", ">>> DATA\n<<< 550 User unknown\n554 5.0.0 Service unavailable", "hard"),
        (DAEMON, "Returned mail", ">>> DATA\n<<< 550 User unknown\n550 5.1.1 User unknown\n<<< 503 Need RCPT", "gone"),
        (DAEMON, "failure notice", "550 5.7.1 Recipient address rejected: Access denied", "policy"),
        (DAEMON, "failure notice", "550 5.4.1 Recipient address rejected: Access denied", "gone"),
        (DAEMON, "failure notice", "553 that domain is not in my list of allowed rcpthosts", "policy"),
        (DAEMON, "failure notice", "550 NO_SUCH_USER", "gone"),
        (DAEMON, "failure notice", "The user's mailbox exceeds the size that is allowed", "full"),
        (DAEMON, "failure notice", "I give up: your message was in the queue too long. (#4.4.1)", "soft"),
        (DAEMON, "failure notice", "Name server error: malformed reply", "soft"),
        (DAEMON, "Undeliverable", "Subject: Who blocks spam and viruses?\nThe recipient is unknown.", "gone"),
        (DAEMON, "系统退信", "您的邮件无法送达。收件人不存在", "gone"),
    ],
)  # fmt: skip
def test_what_servers_say_in_words_is_understood(sender: str, subject: str, said: str, kind: str) -> None:
    assert classified(letter(said, sender, subject)) == kind


@pytest.mark.parametrize(
    ("sender", "subject", "said", "more"),
    [
        ("Ada <ada@example.org>", "Out of office", "I cannot be reached. 550 5.1.1 User unknown is what I am.", ""),
        ("Ada <ada@example.org>", "Automatic reply: Delivery failed", "Unable to deliver an answer before Monday.", ""),
        ("Ada <ada@example.org>", "Abwesenheitsnotiz: mail", "Ich bin bis Montag nicht da.", "Return-Path: <>\n"),
        (
            "Ada <ada@example.org>",
            "Re: your mail",
            "Back on Monday.",
            "Return-Path: <>\nAuto-Submitted: auto-replied\n",
        ),
        (
            "Ada <ada@example.org>",
            "Mail delayed",
            "I read mail on Mondays.",
            "Return-Path: <>\nPrecedence: auto_reply\n",
        ),
        ("Ada <ada@example.org>", "Re: mail", "Not here, not even by mail.", "X-Auto-Response-Suppress: All\n"),
        ("help@example.org", "Delivery problem [#12]", "Your parcel could not be delivered.", "X-Autoreply: yes\n"),
        ("Ada <ada@example.org>", "Delivery failed", "My parcel could not be delivered, can you help?", ""),
        ("Ada <ada@example.org>", "Re: Undelivered mail", "> 550 5.1.1 User unknown\n\nUnable to deliver? Why?", ""),
        ("postmaster@example.org", "Welcome", "Your new mailbox is ready.", ""),
        (
            "noreply@example.org",
            "Monday",
            "ada@example.org is no longer in use. Please write to us.",
            "Auto-Submitted: auto-replied\nX-Auto-Response-Suppress: DR, NDR\n",
        ),
    ],
)
def test_what_people_and_their_programs_answer_is_no_bounce(sender: str, subject: str, said: str, more: str) -> None:
    assert classified(letter(said, sender, subject, more)) is None


@pytest.mark.parametrize("kind", ["displayed", "deleted"])
def test_a_receipt_for_a_letter_that_was_read_is_no_bounce(kind: str) -> None:
    raw = f"""From: Ada <ada@example.org>
Subject: Read: Monday
Content-Type: multipart/report; report-type=disposition-notification; boundary="x"

--x

Your message was {kind}.
--x
Content-Type: message/disposition-notification

Final-Recipient: rfc822;ada@example.org
Disposition: manual-action/MDN-sent-manually; {kind}

--x--
""".encode()
    assert classified(raw) is None


def test_a_report_about_an_address_in_any_script_is_read_as_every_other() -> None:
    raw = b"""From: MAILER-DAEMON@mx.example.net
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=global-delivery-status; boundary="x"

--x

It could not be delivered.
--x
Content-Type: message/global-delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: utf-8; \xc3\xa5da@example.org
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--x--
"""
    assert classified(raw) == "gone"


@pytest.mark.parametrize(
    ("first", "kind"),
    [
        ("Action: delivered\nStatus: 2.0.0", "gone"),
        ("Action: delayed\nStatus: 4.2.2\nDiagnostic-Code: smtp; 452 4.2.2 mailbox full", "gone"),
        ("Action: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 5.2.2 mailbox full", "full"),
    ],
)
def test_a_report_about_several_recipients_is_read_for_the_first_that_it_failed_for(first: str, kind: str) -> None:
    raw = f"""From: MAILER-DAEMON@mx.example.net
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x

It could not be delivered to all recipients.
--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; eve@example.org
{first}

Final-Recipient: rfc822; ada@example.org
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--x--
""".encode()
    _, report = reports.read(raw)
    assert report is not None
    assert report.kind == kind
    assert report.address == ("eve" if kind == "full" else "ada") + "@example.org"


def test_a_reply_that_is_not_encoded_is_read_as_utf_8() -> None:
    raw = """From: MAILER-DAEMON@mx.example.net
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x

--x
Content-Type: message/delivery-status

Final-Recipient: rfc822; ada@example.org
Action: failed
Status: 5.0.0
Diagnostic-Code: smtp; 550 用户不存在

--x--
""".encode()
    assert classified(raw) == "gone"


@pytest.mark.parametrize(
    ("subject", "said", "kind"),
    [
        ("Niet te bezorgen: Monday", "Het e-mailadres van de ontvanger is niet gevonden.", "gone"),
        ("Impossibile recapitare: Monday", "Impossibile trovare l'indirizzo del destinatario.", "gone"),
        ("Monday", "Adresu e-mail nie można znaleźć: nie istnieje.", "gone"),
        ("Monday", "Kunde inte ansluta.", "soft"),
    ],
)
def test_a_note_of_exchange_is_known_by_its_header_in_any_language(subject: str, said: str, kind: str) -> None:
    sender = "Microsoft Outlook <MicrosoftExchange329e71ec@example.org>"
    more = "Auto-Submitted: auto-replied\nContent-Type: text/plain; charset=utf-8\nX-MS-Exchange-Message-Is-Ndr:\n"
    assert classified(letter(said, sender, subject, more)) == kind
