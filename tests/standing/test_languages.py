"""In a made-up language from right to left, with members who write Hebrew letters: pages, refusals, letters, streams.

What they say is a message, a value or a member's words, and these have a direction of their own.
"""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
import pytest
from jinja2 import Environment
from jinja2.environment import create_cache
from litestar import Litestar

from parley.discussion.comment_tree import fragments
from parley.interfaces.live import queries as live
from parley.interfaces.live import render
from parley.letters.digests import letters
from parley.letters.news.selection import SECTION_INDEX
from parley.letters.notifications import jobs as notifications
from parley.moderation.modqueue.filters import QueueFilter
from parley.moderation.modqueue.queries import OthersAction, QueueCount
from parley.people.community.queries import default_rules
from parley.people.mail import writing
from parley.people.mail.letters import lists
from parley.platform import db
from parley.platform.db import DB
from parley.platform.http import pages
from parley.platform.text import messages, zones
from parley.platform.text.languages import ENGLISH
from parley.site.administration import manual
from parley.site.administration.texts import SHIPPED, shipped
from tests import make
from tests.hebrew import english, hebrew, undirected, write_hebrew
from tests.letters.digests.test_words import ISSUE, ITEM
from tests.pseudo import NAMES, WORD, pseudo
from tests.standing.test_canary import OfList
from tests.standing.test_hostile import FORMS, GOOD, sent
from tests.standing.world import ROLES, World, gets, reached, walk

pytestmark = pytest.mark.anyio

COLUMNS = """
select table_name as table, column_name as column from information_schema.columns c
join information_schema.tables t using (table_schema, table_name)
where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.data_type in ('text', 'character varying')
"""
TYPED = hebrew("It says what nobody had said before.")
# The fields of forms that are for people's words, and what else makes a letter.
PROSE = ["body", "text", "title", "reason", "answer", "bio", "rules"]
MORE = {"email": "mira@example.org", "good_faith": "1", "outcome": "overturned", "role": "moderator"}
# What the rule of the small forum looks for.
RULE = "root"
PASSAGES = re.compile(r"^/t/.*/article$")
# More templates than there are.
SIZE = 2_000
# The kinds of letters that come of all that.
LETTERS = {"decision", "digest", "known", "login", "outcome", "password", "receipt", "replies", "reset"}


def environments() -> tuple[Environment, Environment]:
    return pages.environment(), writing._plain()


@pytest.fixture(scope="module")
def compiled() -> list[Any]:
    """Where the templates of each environment stay, compiled in the made-up language once for all tests."""
    return [create_cache(SIZE) for _ in environments()]


@pytest.fixture
async def foreign(world: World, compiled: list[Any], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """The small forum, whose pages and letters are in the made-up language."""
    async with make.as_owner():
        transaction = DB.open_transaction()
        assert transaction is not None
        await write_hebrew(transaction.connection)
    world.parts["{name:str}"] = hebrew(world.parts["{name:str}"])
    fragments._cache.clear()
    monkeypatch.setattr(messages, "translate", pseudo)
    monkeypatch.setattr(ENGLISH, "direction", "rtl")
    monkeypatch.setitem(pages.environment().globals, "direction", "rtl")
    # The compiled templates that are kept are English.
    monkeypatch.setattr(pages.environment(), "bytecode_cache", None)
    for environment, cache in zip(environments(), compiled, strict=True):
        monkeypatch.setattr(environment, "cache", cache)
    yield world
    fragments._cache.clear()


async def known() -> set[str]:
    """The words in any row (the chosen words of a column), in texts that we ship, in zones and in the import."""
    texts = [
        default_rules(),
        *(shipped(page).text for page in SHIPPED),
        *map(manual.title, manual.documents()),
        *zones.known_zones(),
        *make.WORDS,
        RULE,
    ]
    for table, column in await DB.read(COLUMNS, ()):
        texts += await db.values(f'select distinct "{column}" from "{table}" where "{column}" is not null')
    # The head of the record, on the page of the log.
    texts += await db.values("select encode(hash, 'hex') from mod_action")
    return {word.lower() for text in texts for word in WORD.findall(text)} | NAMES


def faults(html: str, known: set[str]) -> set[str]:
    """The texts of a page that are no messages, and those whose direction is left to chance."""
    is_page = html.lstrip().startswith("<") and not html.startswith("<?xml")
    return {*english(html, known), *undirected(html)} if is_page else set()


def test_a_sentence_that_is_no_message_is_found() -> None:
    html = "<p>⟦Ñóbódy réviéwéd⟧ mira · Nobody reviewed this</p>"

    assert faults(html, {"mira"}) == {"Nobody reviewed this"}


def test_members_words_without_a_direction_are_found() -> None:
    assert faults("<p>שלום</p>", set()) == {"<p>: שלום"}
    assert faults("<p><bdi>שלום</bdi></p>", set()) == set()


# A moderator sees less of an admin's pages, and who did not confirm their address less of a member's.
SEEN = [pytest.param(one, marks=[pytest.mark.slow] if one in {"unverified", "moderator"} else []) for one in ROLES]


@pytest.mark.parametrize("role", SEEN)
async def test_pages(foreign: World, app: Litestar, role: str) -> None:
    words, found = await known(), set()
    async with make.browser(app) as client:
        await foreign.sign_in(client, role)
        # The reference of the API is in the language of its code.
        addresses = [one for one in await gets(app, foreign) if one != "/api"]
        async for address, text in walk(client, addresses):
            # The passages alone have the direction of the article around them.
            html = f'<article dir="auto">{text}</article>' if PASSAGES.search(address) else text
            found |= {f"{address}: {fault}" for fault in faults(html, words)}

    assert not found, "\n".join(sorted(found))


@pytest.mark.parametrize("typed", ["", TYPED], ids=["nothing", "words"])
@pytest.mark.parametrize("role", SEEN)
async def test_refusals_and_other_answers_to_forms(
    foreign: World, client: httpx.AsyncClient, role: str, typed: str
) -> None:
    answers: dict[str, str] = {}
    for path, fields in FORMS.items():
        await foreign.sign_in(client, role)
        answers[path] = (await sent(client, await reached(foreign, path), dict.fromkeys(fields, typed))).text
    words = await known()
    found = {f"{path}: {fault}" for path, text in answers.items() for fault in faults(text, words)}

    assert not found, "\n".join(sorted(found))


class LetterText(msgspec.Struct, frozen=True):
    """A letter as it was written."""

    kind: str
    subject: str
    text: str
    html: str | None

    def faults(self, known: set[str]) -> set[str]:
        words = {one for text in (self.subject, self.text, self.html or "") for one in english(text, known)}
        return words | set(undirected(self.html or ""))


async def reviewed(one: OfList) -> LetterText:
    """A letter of a list as it would go out now."""
    letter = await lists[one.list].review(one.id)
    assert letter is not None
    return LetterText(one.list, letter.subject, letter.text, letter.html)


async def post_all(world: World, client: httpx.AsyncClient) -> None:
    """Send every form, filled in well, so that everything happens of which letters and streams tell."""
    for role in ("visitor", "member", "admin"):
        for path, fields in FORMS.items():
            await world.sign_in(client, role)
            typed = dict.fromkeys(PROSE, TYPED) | GOOD | MORE | ({"reason": "illegal"} if "/report" in path else {})
            await sent(client, await reached(world, path), {name: typed.get(name, "") for name in fields})


def digest() -> LetterText:
    """An issue with an item of each kind."""
    words = {name: hebrew(getattr(ITEM, name)) for name in ("title", "topic", "author", "excerpt")}
    items = [
        msgspec.structs.replace(ITEM, **words, kind=kind, position=number, thread=number, comment=number)
        for number, kind in enumerate(SECTION_INDEX)
    ]
    letter = letters.digest(msgspec.structs.replace(ISSUE, name=hebrew("mira")), items)
    return LetterText("digest", letter.subject, letter.text, letter.html)


async def test_letters(foreign: World, client: httpx.AsyncClient) -> None:
    made_before = await db.value("select max(id) from mail")
    ada, thread, root = foreign.people["admin"], foreign.parts["{thread:str}"], foreign.parts["{comment:str}"]
    await make.comment(int(thread), ada, TYPED, parent=int(root))
    await notifications.handle_events()
    of_lists = await db.fetch(OfList, "select id, list from mail where list is not null")
    written = [digest(), *[await reviewed(one) for one in of_lists]]
    await post_all(foreign, client)
    written += await db.fetch(LetterText, "select kind, subject, text, html from mail where id > $1", made_before)
    words = await known()
    found = {f"{one.kind}: {fault}" for one in written for fault in one.faults(words)}

    kinds = {one.kind.partition(".")[0] for one in written}
    assert kinds == LETTERS
    assert not found, "\n".join(sorted(found))


async def test_streams(foreign: World, client: httpx.AsyncClient) -> None:
    await post_all(foreign, client)
    thread = int(foreign.parts["{thread:str}"])
    told = [one.message for one in await render.events(await live.events_after(thread, 0, 1_000))]
    scored = [live.ScoredComment(int(foreign.parts["{comment:str}"]), 3, datetime.now(UTC))]
    told += [render.scores(scored), render.readers(3), render.unread(2), render.more_notifications(2)]
    others = [OthersAction(1, hebrew("mo"), "remove"), OthersAction(2, hebrew("mo"), None)]
    told.append(render.queue(QueueFilter(), QueueCount(3, None, 2, datetime.now(UTC)), others))
    lines = b"".join(told).decode().splitlines()
    html = "\n".join(line.removeprefix("data: ") for line in lines if line.startswith("data: "))

    assert "⟦" in html
    assert not faults(html, await known()), "\n".join(sorted(faults(html, await known())))
