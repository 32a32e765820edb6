"""A list whose letters and outcomes are in the database, so that every process has the same list."""

import msgspec

from parley.people import mail
from parley.platform import db
from tests import make

LETTER = 'select list, argument, member, recipient as "to", key, subject, text, html from mail where id = $1'


class StoredLetter(msgspec.Struct, frozen=True):
    list: str
    argument: str
    member: int
    to: str
    key: str
    subject: str
    text: str
    html: str | None


async def wanted(member: int, argument: str) -> bool:
    return True


async def stop(member: int, argument: str) -> None:
    """Nobody leaves this one."""


async def review(number: int) -> mail.Letter | None:
    row = await db.fetch_one(StoredLetter, LETTER, number)
    assert row is not None
    return mail.Letter(**msgspec.structs.asdict(row))


async def settled(number: int, outcome: str) -> None:
    await db.execute("insert into club (mail, outcome) values ($1, $2)", number, outcome)


LIST = mail.MailList(name="digest", title="the digest", wanted=wanted, stop=stop, review=review, settled=settled)


async def create_table() -> None:
    async with make.as_owner():
        await db.execute("create table club (mail bigint not null, outcome text not null)")
        await db.execute("grant select, insert on club to public")


async def drop_table() -> None:
    async with make.as_owner():
        await db.execute("drop table if exists club")


async def post(number: int, to: str) -> int:
    letter = mail.Letter(
        list="digest",
        member=number,
        to=to,
        key=f"digest.{number}",
        subject=f"Issue {number}",
        text=f"Words for {number}.\n",
        html=f"<p>Words for {number}.</p>",
    )
    async with db.atomic():
        return await mail.post(letter)
