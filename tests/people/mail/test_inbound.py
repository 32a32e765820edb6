"""Inbound mail: how it is classified, how often that is right, and what follows."""

import json
import re
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.people import mail
from parley.people.inbound_mail import maildir
from parley.people.inbound_mail.intake import process
from parley.people.mail import bounces as mail_bounces
from parley.people.mail.links import Unsubscription, envelope, off_token
from parley.people.mail.sending import deliver_due
from parley.people.returned_mail import reports
from parley.people.returned_mail.reasons import kind_of
from parley.platform import db
from parley.platform.text import charsets
from tests.conftest import SHARED
from tests.people.mail.sink import Club, Sink, Use

pytestmark = [pytest.mark.anyio]

SAMPLES = SHARED / "email" / "sisimai"
# These come from a server, but are not about undeliverable mail.
NO_BOUNCE = {"delivered", "feedback"}
# Where our rules contradict the label of the collection: a reply that plainly says that there is no such mailbox
# suppresses it, even if a filter may have sent it, but not after DATA; "inactive" and a status 4.x never do.
PLAIN = re.compile(
    r"(unknown|no such|invalid) (user|mailbox|recipient|address)|user unknown"
    r"|(user|account|recipient|address)[^.]{0,40}(not exist|not found)",
    re.IGNORECASE,
)
OPEN = re.compile(r"inactive|^Status: 4\.", re.IGNORECASE | re.MULTILINE)
FILTERS = {"filtered", "rejected"}
AFTER_DATA = re.compile(r"end of data|>>> data <<< 5[^>]{9,300} 554 5\.0\.0 service|command data", re.IGNORECASE)
NO_REPORT = {None, "mail", "auto-reply"}


def samples() -> list[dict[str, Any]]:
    if not SAMPLES.is_dir():
        pytest.skip("the samples in ../shared/data/email are not here")
    found: list[dict[str, Any]] = json.loads((SAMPLES / "expected.json").read_text())
    return found


def classified(sample: dict[str, Any]) -> str | None:
    _, report = reports.read((SAMPLES / sample["file"]).read_bytes())
    return report.kind if report else None


def is_gone(sample: dict[str, Any]) -> bool:
    """Whether the mailbox is gone, by the label or by the rules above."""
    label, words = sample["expected"][0], (SAMPLES / sample["file"]).read_text(errors="replace")
    if label["reason"] in FILTERS:
        plain = " ".join(words.replace("-", "").split())
        return PLAIN.search(plain) is not None and AFTER_DATA.search(plain) is None
    return bool(label["hardbounce"]) and OPEN.search(words) is None


def test_nineteen_in_twenty_bounces_are_classified_correctly_by_whether_the_address_is_gone() -> None:
    bounces = [one for one in samples() if one["cls"] == "bounce" and one["expected"]]
    judged = [one for one in bounces if one["expected"][0]["reason"] not in NO_BOUNCE]
    right = sum(classified(one) is not None and (classified(one) == "gone") == is_gone(one) for one in judged)
    missed = sum(classified(one) is None for one in judged)
    print(f"\n{right} of {len(judged)} bounces right ({right / len(judged):.1%}), {missed} not recognised")  # noqa: T201 the figures
    assert len(judged) > 250
    assert right / len(judged) >= 0.95


def test_every_complaint_is_recognised() -> None:
    complaints = [one for one in samples() if one["cls"] == "complaint"]
    found = [(classified(one), one["expected"][0]["feedbacktype"]) for one in complaints]
    print(f"\n{sum(kind is not None for kind, _ in found)} of {len(found)} complaints recognised")  # noqa: T201 the figures
    assert len(found) >= 12
    assert {kind for kind, of in found if of != "auth-failure"} == {"complaint", "leave"}
    assert {kind for kind, of in found if of == "auth-failure"} == {"policy"}


def test_no_automatic_reply_and_no_ordinary_mail_is_taken_for_a_bounce() -> None:
    others = [one for one in samples() if one["cls"] in {"auto-reply", "not-a-bounce"}]
    ordinary = [classified(one) for one in others]
    taken = sum(one not in NO_REPORT for one in ordinary)
    print(f"\n{len(ordinary)} automatic replies and ordinary mails, {taken} taken for bounces")  # noqa: T201 the figures
    assert len(ordinary) >= 5
    assert set(ordinary) <= NO_REPORT
    assert {classified(one) for one in others if one["cls"] == "auto-reply"} == {"auto-reply"}


def test_a_sample_that_is_cut_off_anywhere_is_still_read() -> None:
    for sample in samples()[::6]:
        raw = (SAMPLES / sample["file"]).read_bytes()
        for end in range(0, len(raw), 97):
            reports.read(raw[:end])


@pytest.mark.parametrize("charset", sorted(charsets.REFUSED | {"utf-7", "zlib", "rot13", "nowhere"}))
def test_a_bounce_in_whatever_charset_is_read(charset: str) -> None:
    raw = f"From: MAILER-DAEMON@mx.example\nContent-Type: text/plain; charset={charset}\n\n550 5.1.1 no such user\n"
    assert reports.read(raw.encode())[1] is not None


@pytest.mark.parametrize("type_", ["text/plain", "multipart/report; boundary=x"])
def test_a_bounce_whose_parameters_are_split_in_two_ways_is_read(type_: str) -> None:
    head = f"From: MAILER-DAEMON@mx.example\nX-Failed-Recipients: ada@example.org\nContent-Type: {type_}; a*0=b; a*=c\n"
    assert reports.read(f"{head}\n--x\n\n550 5.1.1 no such user\n".encode())[1] is not None


@given(st.binary(max_size=2_000))
def test_any_bytes_are_read_without_an_exception(raw: bytes) -> None:
    reports.read(b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\n" + raw)
    reports.read(raw)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("5.1.1", "gone"),
        ("5.1.2", "gone"),
        ("5.2.2", "full"),
        ("4.4.1", "soft"),
        ("4.1.1", "soft"),
        ("5.0.0", "hard"),
        ("5.1.0", "hard"),
        ("5.7.1", "policy"),
        ("5.3.0", "hard"),
    ],
)
def test_the_status_code_decides_the_kind(status: str, kind: str) -> None:
    assert kind_of(status, permanent=not status.startswith("4")) == kind


def dsn(number: int, status: str = "5.1.1", *, to: str | None = None, said: str = "550 no", copy: int = 0) -> bytes:
    """As postfix writes it."""
    return f"""Return-Path: <>
Delivered-To: {to or envelope(number)}
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Message-ID: <{copy}@mx.example.org>
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x

I'm sorry to have to inform you that your message could not be delivered.
--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; ada@example.org
Action: failed
Status: {status}
Diagnostic-Code: smtp; {said}

--x--
""".encode()


async def sent(club: Club, key: str = "digest.1") -> int:
    letter = mail.Letter(list="digest", member=1, to="Ada@example.org", key=key, subject="Monday", text="Words.\n")
    async with db.atomic():
        number = await mail.post(letter)
    club.letters[number] = letter
    return number


@pytest.fixture
def here(app: object, club: Club, sink: Sink) -> Sink:
    return sink


async def is_held_back() -> bool:
    return (
        await db.value("select suppressed_at is not null from mail_address where address = 'ada@example.org'") is True
    )


async def test_an_address_that_is_gone_gets_no_more_letters_until_its_suppression_ends(here: Sink, club: Club) -> None:
    assert await process(dsn(await sent(club))) == "gone"
    assert await is_held_back()
    number = await sent(club, "digest.2")
    await deliver_due()
    assert here.messages == []
    assert (number, "failed") in club.outcomes
    assert await mail_bounces.end_suppression("Ada@example.org")
    await sent(club, "digest.3")
    assert await deliver_due() == 1


async def test_a_message_to_one_address_still_goes_to_a_suppressed_address(here: Sink, club: Club) -> None:
    await process(dsn(await sent(club)))
    async with db.atomic():
        await mail.send("reset", "ada@example.org", "A new password", "A link.\n")
    assert await deliver_due() == 1


async def days_later(days: int) -> None:
    await db.execute("update mail_address set scored_at = scored_at - $1 * interval '1 day'", days)


async def test_an_address_that_cannot_be_reached_is_given_up_after_two_bounces_days_apart(
    here: Sink, club: Club
) -> None:
    number = await sent(club)
    for copy in range(5):
        assert await process(dsn(number, "5.3.0", copy=copy)) == "hard"
    assert not await is_held_back()
    await days_later(3)
    assert await process(dsn(number, "5.3.0", copy=5)) == "hard"
    assert await is_held_back()


async def test_full_mailboxes_add_up_over_days_and_are_forgotten_after_a_month(here: Sink, club: Club) -> None:
    number = await sent(club)
    for copy in range(3):
        assert await process(dsn(number, "5.2.2", copy=copy)) == "full"
        await days_later(3)
    assert not await is_held_back()
    await days_later(31)
    for copy in range(3, 6):
        await process(dsn(number, "4.4.1", copy=copy))
        await days_later(3)
    assert not await is_held_back()
    await process(dsn(number, "4.4.1", copy=7))
    assert await is_held_back()


async def refused_by_one_provider(club: Club, status: str, said: str, count: int = 5) -> None:
    for copy in range(count):
        address = f"member{copy}@provider.example"
        letter = mail.Letter(
            list="digest", member=1, to=address, key=f"burst.{copy}", subject="Monday", text="Words.\n"
        )
        async with db.atomic():
            number = await mail.post(letter)
        club.letters[number] = letter
        await db.execute("update mail set data_at = now(), state = 'sent' where id = $1", number)
        await process(dsn(number, status, said=said, copy=copy))


PAUSED = "select paused_until > now() from mail_domain where domain = 'provider.example'"
SUPPRESSED = "select count(*) from mail_address where suppressed_at is not null"


@pytest.mark.parametrize(
    ("status", "said"),
    [("5.7.1", "550 5.7.1 blocked, see spamhaus"), ("5.1.1", "550 5.1.1 no such user")],
)
async def test_a_burst_of_one_refusal_pauses_the_provider_and_ends_the_suppression_of_its_addresses(
    here: Sink, club: Club, status: str, said: str
) -> None:
    await refused_by_one_provider(club, status, said)
    assert await db.value(PAUSED) is True
    assert await db.value(SUPPRESSED) == 0


async def test_a_burst_counts_against_nobody(here: Sink, club: Club) -> None:
    await refused_by_one_provider(club, "5.3.0", "550 5.3.0 no")
    assert await db.value(PAUSED) is True
    assert await db.value("select sum(score) from mail_address") == 0


async def test_a_failed_check_for_a_burst_still_counts_the_bounces(
    here: Sink, club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = mail_bounces.pause_in_burst

    async def failing(domain: str, kind: str) -> bool:
        if domain == "provider.example":
            raise ValueError("poison")
        return await check(domain, kind)

    monkeypatch.setattr(mail_bounces, "pause_in_burst", failing)
    await refused_by_one_provider(club, "5.1.1", "550 5.1.1 no such user")

    assert await db.value(SUPPRESSED) == 5
    assert await db.values("select job || ': ' || item from job_failure") == [
        "refusals of a provider: provider.example"
    ]


async def test_some_dead_addresses_among_many_that_were_reached_are_no_burst(here: Sink, club: Club) -> None:
    await db.execute(
        """insert into mail (kind, list, member, key, recipient, domain, subject, text,
                             created_at, due_at, attempts, data_at, state)
           select 'x', 'digest', 1, 'many.' || n, 'n' || n || '@provider.example', 'provider.example', 's', 't',
             now(), now(), 1, now(), 'sent'
           from generate_series(1, 100) n"""
    )
    await refused_by_one_provider(club, "5.1.1", "550 5.1.1 no such user")
    assert await db.value(PAUSED) is None
    assert await db.value(SUPPRESSED) == 5


async def test_bounces_of_unconfirmed_addresses_do_not_pause_the_letters_of_others(here: Sink, club: Club) -> None:
    for copy in range(6):
        async with db.atomic():
            await mail.send("verify", f"nobody{copy}@provider.example", "Confirm", "Words.\n")
        number = await db.value("update mail set data_at = now(), state = 'sent' where state = 'planned' returning id")
        assert await process(dsn(number, "5.1.1", said="550 5.1.1 no such user", copy=copy)) == "gone"
    assert await db.value(PAUSED) is None


async def test_a_refusal_of_our_mail_does_not_count_against_the_member(here: Sink, club: Club) -> None:
    number = await sent(club)
    for copy in range(9):
        assert await process(dsn(number, "5.7.1", copy=copy)) == "policy"
    assert not await is_held_back()
    assert await db.value("select count(*) from mail_bounce where kind = 'policy'") == 9


async def test_the_same_report_counts_once(here: Sink, club: Club) -> None:
    raw = dsn(await sent(club), "5.3.0")
    assert await process(raw) == "hard"
    assert await process(raw) == "known"
    assert await db.value("select score from mail_address") == 2


@pytest.mark.parametrize("to", ["bounce@localhost", f"bounce+1.{'0' * 32}@localhost", "ada@localhost"])
async def test_a_report_without_our_proof_is_not_believed(here: Sink, club: Club, to: str) -> None:
    assert await process(dsn(await sent(club), to=to)) == "ignored"
    assert await db.value("select count(*) from mail_bounce") == 0


@pytest.mark.parametrize("to", ["(" * 5_000, "a:" * 5_000, '"' * 5_000])
async def test_a_report_with_an_invalid_address_is_ignored(here: Sink, club: Club, to: str) -> None:
    """An error would let the mail server deliver it again and again."""
    assert await process(dsn(await sent(club), to=to)) == "ignored"


async def test_the_mail_server_may_name_the_address_it_delivered_to(here: Sink, club: Club) -> None:
    number = await sent(club)
    assert await process(dsn(number, to="ada@localhost"), recipient=envelope(number)) == "gone"


async def test_a_complaint_unsubscribes_the_member(here: Sink, club: Club) -> None:
    raw = f"""From: feedback@mail.example
To: abuse@localhost
Content-Type: multipart/report; report-type=feedback-report; boundary="x"

--x
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Some/1.0
Original-Mail-From: <{envelope(await sent(club))}>

--x--
""".encode()
    assert await process(raw) == "complaint"
    assert club.left == {(1, "")}
    assert await is_held_back()


async def test_a_mail_with_the_subject_off_unsubscribes_the_member(here: Sink, club: Club) -> None:
    token = off_token(Unsubscription(1, "digest"))
    raw = f"From: ada@example.org\nTo: bounce@localhost\nSubject: off {token}\n\n".encode()
    assert await process(raw) == "off"
    assert club.left == {(1, "")}


async def test_an_answer_from_somebody_on_holiday_changes_nothing(here: Sink, club: Club) -> None:
    number = await sent(club)
    head = f"From: ada@example.org\nTo: {envelope(number)}\nAuto-Submitted: auto-replied\n"
    for said in ("Back soon.", "> An e-mail abuse report came.\n> 550 5.1.1 user unknown\n> Feedback-Type: abuse"):
        for subject in ("Away", "Re: Undelivered: a complaint about messages"):
            assert await process(f"{head}Subject: {subject}\n\n{said}\n".encode()) == "ignored"
    assert await db.value("select count(*) from mail_address") == 0


async def test_a_file_that_the_database_had_no_time_for_is_read_again(
    here: Sink, club: Club, use: Use, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "1.host").write_bytes(dsn(await sent(club)))
    use(mail_inbox=tmp_path)

    async def too_slow(raw: bytes) -> str:
        raise asyncpg.QueryCanceledError

    with monkeypatch.context() as patch:
        patch.setattr(maildir, "process", too_slow)
        assert await maildir.read_inbox() == 0
    await db.execute("update job_failure set retry_at = now() - interval '1 hour'")

    assert await maildir.read_inbox() == 1
    assert await is_held_back()


async def test_a_file_in_the_maildir_is_read_once_and_moved(here: Sink, club: Club, use: Use, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "1.host").write_bytes(dsn(await sent(club)))
    (tmp_path / "new" / "2.host").write_bytes(b"\xff\x00")
    use(mail_inbox=tmp_path)
    assert await maildir.read_inbox() == 2
    assert await maildir.read_inbox() == 0
    assert await is_held_back()
    assert sorted(file.name for file in (tmp_path / "cur").iterdir()) == ["1.host:2,S", "2.host:2,S"]
