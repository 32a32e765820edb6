"""Words decide before codes: what an answer says about the mailbox, about us, or about this letter."""

import pytest

from parley.people.returned_mail.reasons import kind_of


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        # About us, whatever the code.
        ("5.1.1", "550 5.1.1 rejected due to the low reputation of the sending domain", "policy"),
        ("5.1.1", "550 5.1.1 user unknown; your IP is listed at spamhaus", "policy"),
        ("5.1.1", "550 5.1.1 too many messages from your IP", "rate"),
        ("5.1.1", "550 5.1.1 message content not accepted", "content"),
        ("5.1.0", "550 5.1.0 sender rejected", "policy"),
        ("5.1.8", "550 5.1.8 Sender address rejected: Domain not found", "policy"),
        ("5.7.26", "550 5.7.26 blocked because the sender is unauthenticated", "policy"),
        ("5.7.1", "550 5.7.1 The user is receiving mail at a rate that prevents delivery", "rate"),
        ("", "554 Nachricht abgelehnt wegen Spam", "content"),
        # No such mailbox, in whatever words.
        ("5.7.1", "550 5.7.1 <ada@example.org>: Recipient address rejected: User unknown", "gone"),
        ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied.", "gone"),
        ("5.0.0", "550 That mailbox does not exist", "gone"),
        ("", "550 No such account at this address", "gone"),
        ("", "550 This user doesn't have an account here", "gone"),
        ("", "550 El usuario no existe", "gone"),
        ("", "550 Der Empfänger wurde nicht gefunden", "gone"),
        ("", "550 l'utilisateur est inconnu", "gone"),
        ("", "550 пользователь не найден", "gone"),
        ("", "550 用户不存在", "gone"),
        ("", "550 ユーザが見つかりません", "gone"),
        ("", "550 Requested action not taken: mailbox unavailable", "gone"),
        ("", "550 no mail box available for this user", "gone"),
        ("", "550 That is not a valid recipient", "gone"),
        ("", "550 sorry, badrcptto", "gone"),
        ("5.1.0", "550 #5.1.0 Address rejected ada@example.org", "gone"),
        # A parameter of an address on the web is no word about us.
        ("5.1.1", "550 5.1.1 https://mail.example/codes?ip=192.0.2.54 Recipient address does not exist", "gone"),
        # Our own domain, host or connection, though the words are those of a missing mailbox.
        ("", "550 From: domain is invalid. Please provide a valid From:", "policy"),
        ("", "550 not local host example.org, not a gateway", "hard"),
        ("", "550 we don't handle mail for example.org", "policy"),
        ("", "550 rejected because the sender has not passed validation", "policy"),
        ("", "554 refused to talk to me", "policy"),
        ("", "554 your host is listed on a list of ours", "policy"),
        ("", "550 User ada is not listed in the directory", "gone"),
        ("", "550 message filtered", "content"),
        ("", "550 spamming is not welcome here", "content"),
        ("", "550 mailbox does not have enough space", "full"),
        ("", "550 Not sufficient disk space", "full"),
        ("", "550 this address no longer accepts mail", "hard"),
        ("", "550 Alıcı bulunamadı", "gone"),
        ("", "550 Käyttäjää ei löydy", "gone"),
        ("", "550 Brak użytkownika o podanym adresie", "gone"),
        ("", "550 Felhasználó nem található", "gone"),
        ("", "550 Schránka uživatele je plná", "full"),
        ("", "550 Brak miejsca w skrzynce", "full"),
        ("5.2.2", "552 5.2.2 Mailbox size limit exceeded", "full"),
        ("", "552 Message size limit exceeded for this mailbox", "content"),
        # Whatever the sentence that RFC 5321 has for the code says, the size is this letter's.
        ("", "552 exceeded storage allocation. Message size exceeds fixed maximum message size", "content"),
        ("", "550 User has too many messages on the server", "full"),
        ("5.7.1", "554 5.7.1 The file attachment type is not permitted", "content"),
        ("5.7.1", "554 5.7.1 Blocked by SpamAssassin", "content"),
        ("5.7.2", "553 5.7.2 All messages from 192.0.2.1 will be permanently deferred", "policy"),
        ("", "554 IP=192.0.2.1 - A problem occurred", "policy"),
        ("5.5.0", "550 5.5.0 Le compte est desactive", "hard"),
        ("", "550 Unknown local part ada", "gone"),
        ("5.7.1", "553 that recipient is not in my validrcptto list (#5.7.1)", "gone"),
        # The way there failed, or the other server's directory: nothing about the mailbox.
        ("5.1.1", "550 5.1.1 undeliverable address: mail for example.org loops back to myself", "soft"),
        ("", "Host or domain name not found: Host not found, try again", "soft"),
        ("", "connect to mx.example.org[192.0.2.9]:25: Connection refused", "soft"),
        ("5.1.1", "550 5.1.1 user lookup failed", "soft"),
        ("5.1.1", "550 5.1.1 LDAP server unavailable, cannot verify recipient", "soft"),
        ("", "550 No such file or directory while delivering to ada", "soft"),
        ("5.4.7", "550 5.4.7 Delivery time exceeded", "soft"),
        ("5.1.2", "550 5.1.2 host mx.example.org temporarily not found", "hard"),
        # The words of a missing mailbox, about something else.
        ("5.1.8", "550 5.1.8 domain of ada@example.org does not exist", "policy"),
        ("", "550 Account ada@example.org does not exist (sender callback)", "policy"),
        ("5.1.1", "550 5.1.1 The recipient has not added you to their list of known senders", "policy"),
        ("5.1.1", "550 5.1.1 Bad address in Reply-To", "policy"),
        ("5.7.1", "550 5.7.1 The address 192.0.2.1 is not valid", "policy"),
        ("", "550 reverse lookup of address not found", "policy"),
        ("", "550 message contains links to invalid domain", "content"),
        # Closed for now: counted, not suppressed at once.
        ("5.2.1", "550 5.2.1 The account that you tried to reach is disabled", "hard"),
        ("5.1.1", "550 5.1.1 inactive address", "hard"),
        ("", "550 Mailbox suspended", "hard"),
        ("4.2.2", "452 4.2.2 The recipient's inbox is out of storage space", "full"),
        ("5.1.1", "550 5.1.1 mailbox over quota", "full"),
        # Our own protocol, relaying, and our domain, in other words.
        ("", "503 Bad sequence of commands", "content"),
        ("5.5.1", "503 5.5.1 no", "policy"),
        ("", "502 command not implemented", "content"),
        ("", "554 Invalid data in message", "content"),
        ("", "550 relaying to ada@example.org prohibited by administrator", "policy"),
        ("", "500 Unauthorized relay msg rejected", "policy"),
        ("", "550 host mail.example isn't allowed to relay", "policy"),
        ("", "550 MAIL FROM is mismatched with message header from address", "policy"),
        ("", "553 Sender Domain Resolve Fail", "policy"),
        ("4.3.0", "421 4.3.0 Service unavailable, too many requests", "rate"),
        ("", "550 Ваш IP-адрес заблокирован", "policy"),
        ("", "550 送信元IPアドレスがブラックリストに登録されています", "policy"),
        ("", "550 Sending host failed the HELO check", "policy"),
        # The queue, the way or a program failed.
        ("", "connection refused by mx.example.org", "soft"),
        ("", "554 MX list for example.org points back to mail.example", "soft"),
        ("", "554 MailLoop", "soft"),
        ("", "554 Cannot accept your message due to internal error", "soft"),
        ("5.4.300", "550 5.4.300 Message expired -> 451 4.4.0 Primary target IP address responded with", "soft"),
        ("", "not been collected after 30 days", "soft"),
        ("", "Command died with status 17", "soft"),
        ("4.7.1", "451 4.7.1 Sorry, the service is currently unavailable. Please come back later.", "soft"),
        ("4.3.2", "host mx.example[192.0.2.1] refused to talk to me: 421 4.3.2 Service shutting down", "soft"),
        ("", "DNS Error: DNS type 'mx' lookup of example.org responded with code NXDOMAIN", "gone"),
        # The mailbox, in more words.
        ("", "550 User not a member of domain: ada@example.org", "gone"),
        ("", "550 ada@example.org does not exist", "gone"),
        ("", "550 Account is not active", "hard"),
        ("", "552 Mailbox limit exeeded for this email address", "full"),
        ("", "552 La cuota del buzón ha sido superada", "full"),
        ("", "552 De mailbox van de ontvanger is vol", "full"),
        ("", "550 Het e-mailadres is niet gevonden", "gone"),
        ("", "550 Benutzer ada im Domino-Verzeichnis nicht gefunden", "gone"),
        ("", "550 Benutzer ada nicht im Domino-Verzeichnis gefunden", "gone"),
        ("", "550 Ο παραλήπτης δεν υπάρχει", "gone"),
        ("", "550 Користувача не знайдено", "gone"),
        ("", "550 Địa chỉ không tồn tại", "gone"),
        # Without words the code decides, and a vague one never suppresses.
        ("5.1.1", "", "gone"),
        ("5.1.1", "550 5.1.1 mailbox unavailable", "gone"),
        ("5.0.0", "550 no", "hard"),
        ("5.1.0", "550 error", "hard"),
        ("5.7.1", "", "policy"),
        ("4.1.1", "450 4.1.1 user unknown", "soft"),
    ],
)
def test_the_answer_is_understood(status: str, said: str, kind: str) -> None:
    assert kind_of(status, said, permanent=True) == kind


@pytest.mark.parametrize(
    ("beside", "kind"),
    [
        ("Your message was rejected:\nNot enough disk space\n", "full"),
        ("The user(s) account is disabled.\n<ada@example.org>: 550 user unknown", "hard"),
        ("It could not be delivered to one or more recipients.\n<ada@example.org>: 550 5.1.1 user unknown", "gone"),
        ("<ada@example.org>: 550 5.1.1 user unknown\n<eve@example.org>: 552 5.2.2 mailbox full", "gone"),
    ],
)
def test_a_server_that_contradicts_itself_suppresses_nobody(beside: str, kind: str) -> None:
    assert kind_of("5.1.1", "550 5.1.1 user unknown", beside, permanent=True) == kind


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("The group that you tried to contact may not exist, or you may not have permission to post to it.", "soft"),
        ("550 this mailbox might not exist", "hard"),
        ("550 possibly unknown user", "hard"),
        ("550 the address may be misspelled", "hard"),
        ("550 user unknown. The address may be misspelled", "gone"),
    ],
)
def test_a_guess_that_there_is_no_such_mailbox_suppresses_nobody(said: str, kind: str) -> None:
    assert kind_of("5.0.0", said) == kind


@pytest.mark.parametrize("said", ["503 Bad sequence of commands", "554 5.5.2 Invalid data", "500 Unknown command"])
def test_the_name_of_a_server_and_the_command_that_it_answered_are_no_words_of_its_reply(said: str) -> None:
    beside = f"<ada@example.org>: host mx.example.org[192.0.2.1] said: {said} (in reply to RCPT TO command)"
    assert kind_of("5.0.0", said, beside, permanent=True) in {"content", "policy"}
