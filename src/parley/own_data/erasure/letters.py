"""Letters: erasing those to a member, and the words of those that others got about what the member wrote."""

import asyncio
from collections.abc import Sequence

from parley.discussion.other_sites import imported_addresses
from parley.platform import db
from parley.platform.settings import settings

# All addresses that the member had or gave, except those that belong to somebody else now.
SELECT_ADDRESSES = """
select address from (
    select lower(email) as address from member where id = $1
    union select lower(email) from address_change where member = $1
    union select lower(former) from address_change where member = $1
    union select lower(email) from claim where member = $1
    union select lower(recipient) from mail where member = $1
) own
where address is not null and not exists (
    select from member o where o.email_key = address and o.id <> $1 and o.state <> 'unverified')
"""
# Also those that are being sent: whoever sends them finds no row then, and writes nothing more of them.
DELETE_LETTERS = "delete from mail where member = $1 or lower(recipient) = any($2::text[]) returning id"
FORGET_ADDRESSES = (
    "delete from mail_address where address = any($1::text[])",
    "delete from mail_bounce where lower(address) = any($1::text[])",
    # They reported something before they signed up. While that is open, they get an answer.
    """update report set name = null, email = null, network = null
       where state = 'resolved' and lower(email) = any($1::text[])""",
    """update job_failure set error = '' where exists (
       select from unnest($1::text[]) address where strpos(lower(error), address) > 0)""",
    "delete from rate_bucket where exists (select from unnest($1::text[]) one where strpos(lower(key), one) > 0)",
)
# Letters to others with words that were erased: of comments, and of articles and their titles.
EMPTY_LETTERS = """
update mail set subject = '', text = '', html = null, message = null
where state not in ('planned', 'claimed', 'data') and (subject <> '' or text <> '' or html is not null) and id in (
    select n.letter from notification n join comment c on c.id = n.comment where c.author = $1 and c.body = ''
    union select n.letter from notification n join thread t on t.id = n.thread join article a on a.id = t.article
      where t.starter = $1 and a.erased
    union select i.mail from issue i join issue_item o on o.issue = i.id join comment c on c.id = o.comment
      where c.author = $1 and c.body = ''
    union select i.mail from issue i join issue_item o on o.issue = i.id join thread t on t.id = o.thread
      join article a on a.id = t.article where t.starter = $1 and a.erased
) returning id
"""


async def forget_addresses(member: int) -> None:
    """Erase the letters to a member, and what else names their addresses. Call it while their row has one."""
    addresses: list[str] = await db.values(SELECT_ADDRESSES, member)
    await forget_files(await db.values(DELETE_LETTERS, member, addresses))
    for forget in FORGET_ADDRESSES:
        await db.execute(forget, addresses)
    digests = [digest for address in addresses for digest in imported_addresses.digests(address)]
    await db.execute("delete from imported_address where digest = any($1::bytea[])", digests)


async def forget_words(member: int) -> None:
    """Empty the letters that others got about what the member wrote."""
    await forget_files(await db.values(EMPTY_LETTERS, member))


async def forget_files(mails: Sequence[int]) -> None:
    """Delete the files of letters that were written where there is no mail server (people/mail/sending.py)."""
    await asyncio.to_thread(_delete, [f"{mail:06}-" for mail in mails])


def _delete(beginnings: Sequence[str]) -> None:
    folder = settings().data / "mail"
    if beginnings and folder.is_dir():
        for file in folder.iterdir():
            if file.name.startswith(tuple(beginnings)):
                file.unlink(missing_ok=True)
