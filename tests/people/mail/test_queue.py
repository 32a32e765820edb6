"""The mail queue: claims, limits of domains, and messages without a reply."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from parley.people import mail
from parley.people.mail import lists, queue, unanswered
from parley.people.mail.links import returned_mail
from parley.people.mail.sending import deliver_due
from parley.platform import db
from tests.people.mail.sink import Club, Sink, Use, listening

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app")]


async def letters(club: Club, count: int, domain: str = "example.org") -> list[int]:
    numbers = []
    async with db.atomic():
        for number in range(count):
            letter = mail.Letter(
                list="digest",
                member=number,
                to=f"a{number}@{domain}",
                key=f"d.{uuid4().hex}",
                subject="Monday",
                text="Words.\n",
            )
            numbers.append(await mail.post(letter))
            club.letters[numbers[-1]] = letter
    return numbers


async def message(to: str = "ada@example.org") -> None:
    async with db.atomic():
        await mail.send("reset", to, "A new password", "A link.\n")


async def states() -> list[str]:
    return sorted(await db.values("select distinct state from mail"))


async def test_a_letter_goes_to_the_address_that_its_member_has_when_it_is_sent(club: Club, sink: Sink) -> None:
    (number,) = await letters(club, 1)
    letter = club.letters[number]
    assert letter is not None
    club.letters[number] = msgspec.structs.replace(letter, to="new@other.example")
    await db.execute(
        "insert into mail_address (address, score, scored_at, suppressed_at, reason)"
        " values ('a0@example.org', 4, now(), now(), 'gone')"
    )
    assert await deliver_due() == 0
    assert await deliver_due() == 1
    ((recipients, content),) = sink.messages
    assert recipients == ["new@other.example"]
    assert b"To: new@other.example" in content
    assert await db.values("select domain from mail") == ["other.example"]


class RefusesSenders(Sink):
    async def handle_MAIL(self, *_: object) -> str:  # noqa: N802
        return "550 5.7.1 sender not allowed"


async def test_a_mail_server_that_refuses_our_sender_loses_no_mail(club: Club, use: Use) -> None:
    await letters(club, 1)
    await message()
    async with listening(RefusesSenders()) as url:
        use(smtp_url=url)
        assert await deliver_due() == 0
    assert await states() == ["planned"]
    assert club.outcomes == []


async def test_messages_are_sent_before_letters(club: Club, sink: Sink) -> None:
    await letters(club, 3)
    await message()
    await deliver_due()
    assert sink.messages[0][0] == ["ada@example.org"]
    assert len(sink.messages) == 4


async def test_a_domain_gets_no_more_at_once_than_its_bucket_holds_and_others_go_on(club: Club, sink: Sink) -> None:
    await letters(club, 3)
    await letters(club, 2, "other.example")
    await db.execute("insert into mail_domain (domain, tokens, filled_at) values ('example.org', 1, now())")
    assert len(await queue.claim(uuid4())) == 3
    await message()
    assert [one.list for one in await queue.claim(uuid4())] == [None]


async def test_a_bucket_fills_with_time(club: Club, use: Use, sink: Sink) -> None:
    await letters(club, 20)
    await db.execute(
        "insert into mail_domain (domain, tokens, filled_at) values ('example.org', 0, now() - interval '1 second')"
    )
    assert len(await queue.claim(uuid4())) == 10


async def test_without_limits_everything_goes(club: Club, use: Use, sink: Sink) -> None:
    await letters(club, 20)
    await db.execute("insert into mail_domain (domain, tokens, filled_at) values ('example.org', 0, now())")
    use(limits=False, smtp_url="smtp://127.0.0.1:1")
    assert len(await queue.claim(uuid4())) == 20


async def test_two_connections_to_a_domain_are_enough(club: Club, sink: Sink) -> None:
    await letters(club, 60)
    assert [len(await queue.claim(uuid4())) for _ in range(3)] == [20, 20, 0]
    await letters(club, 1, "other.example")
    assert len(await queue.claim(uuid4())) == 1


async def test_a_domain_that_defers_mail_is_paused_longer_each_time_and_others_are_not(club: Club, sink: Sink) -> None:
    await letters(club, 8)
    sink.answer = "421 4.7.0 too much"
    assert await deliver_due() == 0
    assert await db.value("select count(*) from mail where attempts = 1 and state = 'planned' and error <> ''") == 6
    assert await db.value("select count(*) from mail where attempts = 0 and state = 'planned'") == 2
    assert await db.value("select paused_until - now() from mail_domain") == timedelta(minutes=15)
    sink.answer = "250 OK"
    await letters(club, 1, "other.example")
    await db.execute("update mail set due_at = now()")
    assert await deliver_due() == 1
    rests = []
    for _ in range(6):
        while not await queue.record_deferral("example.org"):
            pass
        rests.append(await db.value("select paused_until - now() from mail_domain where domain = 'example.org'"))
    assert rests == [timedelta(minutes=minutes) for minutes in (30, 60, 120, 240, 240, 240)]


async def test_deferred_messages_to_one_address_do_not_pause_a_domain(club: Club, sink: Sink) -> None:
    for number in range(8):
        await message(f"nobody{number}@example.org")
    sink.answer = "421 4.7.0 too much"
    assert await deliver_due() == 0
    assert await db.value("select count(*) from mail where attempts = 1 and error <> ''") == 8
    assert await db.value("select count(*) from mail_domain where paused_until is not null") == 0


async def test_a_few_deferrals_among_many_deliveries_do_not_pause_a_domain(club: Club, sink: Sink) -> None:
    for _ in range(6):
        assert not await queue.record_deferral("example.org")
        for _ in range(4):
            await queue.record_accepted("example.org")
    assert await db.value("select length(recent) from mail_domain") == 20


async def test_each_message_comes_back_to_an_address_that_names_it(club: Club, sink: Sink) -> None:
    numbers = await letters(club, 2)
    await message()
    assert await deliver_due() == 3
    assert {returned_mail(sender) for sender in sink.senders} == {*numbers, max(numbers) + 1}
    assert all(len(recipients) == 1 for recipients, _ in sink.messages)


async def test_several_letters_travel_on_one_connection(club: Club, sink: Sink) -> None:
    await letters(club, 5)
    await letters(club, 5, "other.example")
    assert await deliver_due() == 10
    assert sink.connections == 1


async def test_a_refused_letter_does_not_stop_the_others(club: Club, sink: Sink) -> None:
    bad = (await letters(club, 4))[0]
    del club.letters[bad]
    assert await deliver_due() == 3
    assert "KeyError" in await db.value("select error from mail where id = $1", bad)


@pytest.fixture
async def unsure(club: Club, sink: Sink) -> list[int]:
    """A letter and a message that were sent without a reply."""
    sink.hangs_up = True
    numbers = await letters(club, 1)
    await message()
    assert await deliver_due() == 0
    assert await states() == ["data"]
    await db.execute("update mail set leased_until = now() - interval '1 second'")
    sink.hangs_up = False
    return numbers


async def test_with_an_unknown_outcome_a_message_is_sent_again_and_a_letter_is_not(
    unsure: list[int], club: Club, sink: Sink
) -> None:
    await deliver_due()
    await db.execute("update mail set due_at = now()")
    await deliver_due()
    assert [recipients for recipients, _ in sink.messages] == [["ada@example.org"]]
    assert club.outcomes == [(unsure[0], "unknown")]


async def test_a_letter_that_cannot_be_settled_does_not_stop_the_others_or_sending(
    unsure: list[int], club: Club, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(number: int, outcome: str) -> None:
        raise ValueError("poison")

    monkeypatch.setitem(lists, "digest", msgspec.structs.replace(lists["digest"], settled=failing))
    await message("jo@example.org")
    await deliver_due()
    await db.execute("update mail set due_at = now()")
    await deliver_due()

    assert [recipients for recipients, _ in sink.messages] == [["jo@example.org"], ["ada@example.org"]]
    assert await db.value("select state from mail where id = $1", unsure[0]) == "data"
    assert await db.values("select job || ' ' || item from job_failure") == [f"unanswered mail {unsure[0]}"]


async def test_an_unreadable_log_does_not_stop_sending(
    unsure: list[int], sink: Sink, use: Use, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(path: Path) -> None:
        raise ValueError("poison")

    monkeypatch.setattr(unanswered, "read_log", failing)
    use(smtp_url=sink.url, mail_log=tmp_path / "mail.log")
    await message("jo@example.org")
    await deliver_due()

    assert [recipients for recipients, _ in sink.messages] == [["jo@example.org"]]
    assert await states() == ["data", "sent"]


async def test_the_same_bytes_are_sent_again_if_the_log_shows_that_they_did_not_arrive(
    unsure: list[int], club: Club, sink: Sink, use: Use, tmp_path: object
) -> None:
    log = tmp_path / "mail.log"  # type: ignore[operator]
    log.write_text("Nov 25 10:00:00 mx postfix/smtpd[7]: connect from localhost[127.0.0.1]\n")
    use(smtp_url=sink.url, mail_log=log)
    await deliver_due()
    await db.execute("update mail set due_at = now()")
    await deliver_due()
    assert len(sink.messages) == 2
    assert club.outcomes == [(unsure[0], "sent")]


async def test_an_unclear_log_is_read_again_for_a_day(
    unsure: list[int], club: Club, sink: Sink, use: Use, tmp_path: object
) -> None:
    use(smtp_url=sink.url, mail_log=tmp_path / "none.log")  # type: ignore[operator]
    await unanswered.find_out(uuid4())
    assert await states() == ["data"]
    assert await db.value("select leased_until > now() + interval '9 minutes' from mail where list is not null")
    await db.execute(
        "update mail set leased_until = now() - interval '1 second', data_at = now() - interval '25 hours'"
    )
    await unanswered.find_out(uuid4())
    assert await states() == ["planned", "unknown"]
