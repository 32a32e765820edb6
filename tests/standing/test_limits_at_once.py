"""Whatever there may be only so many of: requests at once do not make more."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextvars import Context
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar

import parley
from parley.discussion.kept import ops as kept
from parley.discussion.kept import rules as kept_rules
from parley.interfaces.api import tokens
from parley.interfaces.webhooks import ops as webhooks
from parley.letters.authors import ops as claims
from parley.letters.authors import rules as claim_rules
from parley.moderation.guidelines import ops as guidelines
from parley.moderation.guidelines.queries import GuidelineRow, SavedActions
from parley.moderation.rooms import ops as rooms
from parley.own_data.comment_claims import ops as comment_claims
from parley.people.accounts import blocks, muted_words
from parley.people.accounts import queries as accounts
from parley.people.accounts.viewer import Viewer
from parley.people.second_factors import passkey_settings
from parley.people.sso import ops as sso
from parley.people.sso.claims import Claims
from parley.platform import db
from parley.platform.errors import Refused
from parley.platform.providers import Provider
from tests import make
from tests.people.accounts.security_key import SecurityKey

pytestmark = [pytest.mark.anyio, pytest.mark.committed]

AT_ONCE = 6
# Where what is counted in the database is compared with a limit.
CHECK = re.compile(r"\bawait .*>= (?:\w+\.)?(MOST_\w+)")
Work = Callable[[Viewer, int], Awaitable[Any]]


async def mute(admin: Viewer, number: int) -> None:
    await muted_words.mute(admin, f"word{number}", None)


async def block(admin: Viewer, _: int) -> None:
    other = await accounts.by_name((await make.member()).name)
    assert other
    await blocks.put(admin, other, "block", on=True)


async def keep(admin: Viewer, _: int) -> None:
    await kept.keep_article(admin.id, await make.thread())


async def make_key(admin: Viewer, number: int) -> None:
    await tokens.make(admin, f"key {number}", ["read"], 7)


async def add_passkey(admin: Viewer, number: int) -> None:
    made = SecurityKey().create(await passkey_settings.options(admin))
    await passkey_settings.add(admin, made, f"key {number}")


async def connect(admin: Viewer, number: int) -> None:
    provider = Provider("Corp", "secret", issuer="https://corp.example")
    await sso.connect(admin.id, provider, Claims(str(number)))


async def make_webhook(_: Viewer, number: int) -> None:
    await webhooks.make(f"https://hooks.example.org/{number}", ["comment.posted"])


async def appoint(admin: Viewer, _: int) -> None:
    await rooms.appoint(admin, "research", (await make.member()).name, on=True)


async def add_guideline(admin: Viewer, number: int) -> None:
    row = GuidelineRow(f"rule{number}", "A rule", "Text.", illegal=False, severity=1.0, position=9, retired=False)
    await guidelines.add(admin, row)


async def save_reason(admin: Viewer, number: int) -> None:
    code = await db.value("select min(code) from guideline")
    await guidelines.save_reason(admin, code, f"Reason {number}", shared=True, carries=SavedActions(None, None, None))


async def claim_article(admin: Viewer, _: int) -> None:
    await claims.claim(admin, await make.thread(), way="word", text="I wrote it.")


async def claim_comment(admin: Viewer, number: int) -> None:
    comment = await make.comment(await make.thread(), await make.member())
    await db.execute("update comment set author = null, imported_author = $2 where id = $1", comment, f"Ann {number}")
    await comment_claims.claim_author(admin, comment, "https://ann.example.org/")


CASES: list[tuple[Any, str, str, Work]] = [
    (muted_words, "MOST_WORDS", "muted_word", mute),
    (blocks, "MOST_BLOCKED", "block", block),
    (kept_rules, "MOST_KEPT", "kept_item", keep),
    (tokens, "MOST_TOKENS", "api_token", make_key),
    (passkey_settings, "MOST_PASSKEYS", "passkey", add_passkey),
    (sso, "MOST_LINKS", "identity", connect),
    (webhooks, "MOST_WEBHOOKS", "webhook", make_webhook),
    (rooms, "MOST_MODERATORS", "room_moderator", appoint),
    (guidelines, "MOST_GUIDELINES", "guideline", add_guideline),
    (guidelines, "MOST_REASONS", "saved_reason", save_reason),
    (claim_rules, "MOST_OPEN", "claim", claim_article),
    (comment_claims, "MOST_WAITING", "imported_claim", claim_comment),
]


@pytest.fixture
async def shipped_rules(app: Litestar) -> AsyncIterator[None]:
    """Leave the published rules as they were: their table is not emptied after a test."""
    yield
    async with make.as_owner():
        await db.execute("delete from guideline_wording where guideline like 'rule%'")
        await db.execute("delete from guideline where code like 'rule%'")


@pytest.mark.usefixtures("shipped_rules")
@pytest.mark.parametrize(("module", "limit", "table", "work"), CASES, ids=[case[1] for case in CASES])
async def test_requests_at_once_stay_within_a_limit(
    app: Litestar, monkeypatch: pytest.MonkeyPatch, module: Any, limit: str, table: str, work: Work
) -> None:
    admin = await make.member(role="admin")
    before = await db.value(f"select count(*) from {table}")
    monkeypatch.setattr(module, limit, before + 2)

    answers = await asyncio.gather(
        *(asyncio.create_task(work(admin, number), context=Context()) for number in range(AT_ONCE)),
        return_exceptions=True,
    )

    assert [type(answer) for answer in answers if isinstance(answer, Exception)] == [Refused] * (AT_ONCE - 2)
    assert await db.value(f"select count(*) from {table}") == before + 2


def test_every_limit_on_what_is_counted_is_tried() -> None:
    checked = {name for path in Path(parley.__file__).parent.rglob("*.py") for name in CHECK.findall(path.read_text())}
    assert len(checked) > 5
    assert checked <= {limit for _, limit, _, _ in CASES}
