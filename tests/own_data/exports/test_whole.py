"""An export is whole: each column that names a member is in it, or docs/erasure.md says why not."""

import re
import zipfile
from datetime import timedelta

import httpx
import pytest
from litestar import Litestar

from parley.letters.notifications import jobs as notifications
from parley.own_data.erasure import ops as erasure
from parley.own_data.exports import notes, records, selects
from parley.people import mail
from parley.people.account_settings import address_ops
from parley.people.accounts import mailed_links
from parley.people.accounts import queries as accounts
from parley.people.accounts.viewer import Viewer
from parley.people.sign_in.authentication import Client
from parley.platform import db
from tests import make
from tests.conftest import ROOT
from tests.moderation.modqueue.reported import decided, reported
from tests.own_data.exports.test_exports import exported, lines, mira

__all__ = ["mira"]

pytestmark = pytest.mark.anyio

# Columns with a foreign key to a member, and those that hold one without it: they have the name of such a column.
SELECT_COLUMNS = """
with keys as (
    select c.relname::text as of, a.attname::text as name from pg_constraint f
    join pg_class c on c.oid = f.conrelid join pg_attribute a on a.attrelid = f.conrelid and a.attnum = f.conkey[1]
    where f.contype = 'f' and f.confrelid = 'member'::regclass
)
select table_name || '.' || column_name from information_schema.columns i
where table_schema = 'public' and (
    (table_name, column_name) in (select of, name from keys)
    or column_name in ('actor', 'members', 'first_admin')
    or data_type = 'bigint' and column_name in (select name from keys))
"""
QUERIES = [*selects.RECORDS.values(), selects.SELECT_PROFILE, notes.SELECT_NOTES]
TABLE = re.compile(r"\b(?:from|join) (\w+)(?: (?!where|join|order|on|cross|left)(\w+))?")


def exported_columns() -> set[str]:
    """The columns by which the queries of the export find a member's rows."""
    found = set()
    for sql in QUERIES:
        for table, alias in TABLE.findall(sql):
            prefix = rf"\b{alias}\." if alias else r"(?<![\w.])"
            found |= {f"{table}.{column}" for column in re.findall(rf"{prefix}(\w+) = (?:\$1|m\.id)", sql)}
    return found


def left_out() -> set[str]:
    table = (ROOT / "docs/erasure.md").read_text().split("## What an export leaves out")[1].split("\n## ")[0]
    rows = "".join(line for line in table.splitlines() if line.startswith("| "))
    return set(re.findall(r"`(\w+\.\w+)`", rows))


async def test_each_column_that_names_a_member_is_exported_or_listed_as_left_out(app: Litestar) -> None:
    columns = set(await db.values(SELECT_COLUMNS))
    found = exported_columns()
    assert columns - found - left_out() == set()
    assert found & left_out() == set()
    assert left_out() - columns == set()
    assert len(columns) > 60


async def text_of(file: zipfile.ZipFile) -> str:
    return "".join(file.read(name).decode() for name in file.namelist())


async def test_articles_drafts_notifications_and_letters_are_there_with_their_text(
    client: httpx.AsyncClient, mira: Viewer
) -> None:
    jon, thread = await make.member("jon"), await make.thread(make.text("One.", "Two."), starter=mira)
    await make.thread(make.text("Theirs.", url="https://review.example/theirs"), starter=mira)
    await make.comment(thread, jon, "As @mira says.")
    await notifications.handle_events()
    await db.execute(
        """insert into article_import (member, state, source, title, given, draft, created_at, changed_at)
           values ($1, 'ready', 'text', 'A draft', 'Typed.', '{"title": "A draft"}', now(), now())""",
        mira.id,
    )
    async with db.atomic():
        await mail.send("test", "mira@example.org", "For you", "Words for mira.")
        await mail.send("test", "jon@example.org", "For jon", "Words for jon.")

    file = await exported(client, mira)

    assert [(one["thread"], one["text"]) for one in lines(file, "articles.jsonl")] == [(thread, "One.\n\nTwo.")]
    assert [(one["text"], one["draft"]) for one in lines(file, "drafts.jsonl")] == [("Typed.", {"title": "A draft"})]
    assert [one["kind"] for one in lines(file, "notifications.jsonl")] == ["mention"]
    assert [(one["subject"], one["text"]) for one in lines(file, "letters.jsonl")] == [("For you", "Words for mira.")]


async def test_the_text_of_an_article_that_was_taken_down_is_not_there(client: httpx.AsyncClient, mira: Viewer) -> None:
    await make.thread(make.text("Secret words."), starter=mira)
    await db.execute("update article set restricted = 'none', untitled = true")
    assert "Secret words" not in await text_of(await exported(client, mira))


async def test_the_links_of_letters_prove_no_mailbox(client: httpx.AsyncClient, mira: Viewer) -> None:
    account = await accounts.account(mira.id)
    assert account is not None
    await address_ops.request(account, "next@example.org", Client("127.0.0.1", ""))
    async with db.atomic():
        await mailed_links.mail_to(account, "reset", timedelta(days=1), "/")
        link = "http://localhost/t/1/a-very-long-title-of-an-article-about-2026"
        await mail.send("test", "mira@example.org", "Links", f"{link}\n{await erasure.leave_address(mira.id)} ")
    texts = await db.values("select text from mail")
    secrets = {found for text in texts for found in re.findall(r"/(?:confirm|reset|leave)/(\S+)", text)}
    assert len(secrets) == 3

    file = await exported(client, mira)

    assert lines(file, "profile.json")[0]["pending_email"] == "next@example.org"
    letters = lines(file, "letters.jsonl")
    assert {"next@example.org", "mira@example.org"} == {one["recipient"] for one in letters}
    assert [secret for secret in secrets if secret in await text_of(file)] == []
    assert link in letters[-1]["text"]


async def test_letters_to_somebody_elses_address_are_not_there(client: httpx.AsyncClient, mira: Viewer) -> None:
    """Who typed the address of somebody else, when they signed up or to change theirs, does not get their letters."""
    await make.member("jon")
    async with db.atomic():
        await mail.send("test", "jon@example.org", "For jon", "Words for jon.")
    typed = "jon@example.org"
    for change in (
        "insert into address_change (member, email, expires_at, confirm_hash) values ($1, $2, now(), '')",
        "update member set email = $2, email_key = $2, state = 'unverified' where id = $1",
    ):
        async with make.as_owner():
            await db.execute("alter table member disable trigger member_transition")
            await db.execute(change, mira.id, typed)
            await db.execute("alter table member enable trigger member_transition")
        found = [line async for batch in records.lines(selects.RECORDS["letters.jsonl"], mira.id) for line in batch]
        assert found == []


async def test_notes_are_there_without_the_names_of_others(client: httpx.AsyncClient, mira: Viewer) -> None:
    mo, jon = await make.member("mo", role="moderator"), await make.member("jon_s")
    await decided(await reported(mira, by=jon), mo, "approve")
    await db.execute("update report set reporter = null, name = 'Vera Visitor'")
    text = "Mira again: jon_s and @Jon_S told mo, vera visitor (vera@example.org) as well. Will mira stop?"
    await db.execute("insert into note (member, author, text) values ($1, $2, $3)", mira.id, mo.id, text)

    file = await exported(client, mira)

    [note] = lines(file, "notes.jsonl")
    assert note["text"] == "Mira again: […] and […] told […], […] ([…]) as well. Will mira stop?"
    assert "held back" not in file.read("README.txt").decode()


async def test_notes_are_held_back_while_a_case_is_open_and_the_readme_says_so(
    client: httpx.AsyncClient, mira: Viewer
) -> None:
    await reported(mira)
    mo = await make.member("mo", role="moderator")
    await db.execute("insert into note (member, author, text) values ($1, $2, 'Watch them.')", mira.id, mo.id)
    file = await exported(client, mira)
    assert lines(file, "notes.jsonl") == []
    assert "Notes of moderators are held back while a case about you is open." in file.read("README.txt").decode()
