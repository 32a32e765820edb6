import msgspec
import pytest

from parley.people import mail
from parley.people.mail.links import Unsubscription, read_unsubscribe_token
from parley.people.mail.sending import deliver_due
from parley.platform import db
from tests.people.mail.sink import Club, Sink

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app")]

LETTER = mail.Letter(
    list="digest",
    member=1,
    to="ada@example.org",
    key="digest.ab12",
    subject="Monday",
    text="Words.\n",
    html="<p>Words.</p>",
)


async def post(club: Club, letter: mail.Letter = LETTER) -> int:
    async with db.atomic():
        number = await mail.post(letter)
        club.letters.setdefault(number, letter)
    return number


async def state(number: int) -> str:
    found: str = await db.value("select state from mail where id = $1", number)
    return found


async def test_the_same_key_is_one_letter(club: Club) -> None:
    assert await post(club) > 0
    assert await post(club) == 0
    assert await db.value("select count(*) from mail") == 1


async def test_a_letter_needs_a_list_that_there_is(club: Club) -> None:
    with pytest.raises(KeyError):
        await post(club, msgspec.structs.replace(LETTER, list="nothing"))


@pytest.mark.parametrize(
    "change",
    [{"key": "a b"}, {"key": "a>\r\nBcc: b"}, {"answers": "<a@b>"}, {"references": ("a", "")}],
)
async def test_a_key_that_could_end_its_header_is_refused(club: Club, change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not valid in a Message-ID"):
        await post(club, msgspec.structs.replace(LETTER, **change))


async def test_a_letter_goes_out_as_its_list_says_right_before(club: Club, sink: Sink) -> None:
    number = await post(club)
    club.letters[number] = msgspec.structs.replace(LETTER, text="Newer words.\n")
    assert await deliver_due() == 1
    ((_, content),) = sink.messages
    assert b"Newer words." in content
    assert b"Message-ID: <digest.ab12@localhost>" in content
    assert club.outcomes == [(number, "sent")]
    assert await state(number) == "sent"


async def test_a_member_who_unsubscribed_meanwhile_gets_nothing(club: Club, sink: Sink) -> None:
    number = await post(club)
    await club.stop(1, "")
    assert await deliver_due() == 0
    assert sink.messages == []
    assert await state(number) == "stopped"


async def test_a_letter_whose_list_takes_it_back_is_not_sent(club: Club, sink: Sink) -> None:
    number = await post(club)
    club.letters[number] = None
    assert await deliver_due() == 0
    assert sink.messages == []


async def test_an_old_letter_is_not_sent_late(club: Club, sink: Sink) -> None:
    number = await post(club)
    await db.execute("update mail set expires_at = now() where id = $1", number)
    assert await deliver_due() == 0
    assert club.outcomes == [(number, "expired")]
    assert sink.messages == []


def test_a_link_to_stop_says_what_it_stops_and_cannot_be_made_up() -> None:
    link = mail.unsubscribe_link(7, "replies", "12")
    token = link.removeprefix("http://localhost/mail/off/")
    assert read_unsubscribe_token(token) == Unsubscription(7, "replies", "12")
    said, _, proven = token.partition(".")
    for wrong in ("", ".", said, f"{said}.", f"{said}.{proven[:-1]}", f"{said[:-1]}.{proven}", f"é{token}", token * 2):
        assert read_unsubscribe_token(wrong) is None


def test_the_signature_of_another_link_is_not_valid() -> None:
    said, _, _ = mail.unsubscribe_link(7, "replies").rpartition("/")[2].partition(".")
    _, _, proven = mail.unsubscribe_link(8, "replies").rpartition("/")[2].partition(".")
    assert read_unsubscribe_token(f"{said}.{proven}") is None
