"""After an erasure, nothing of the member is in any column of any table, but for what docs/erasure.md lists."""

import re

import pytest
from litestar import Litestar

from parley.discussion.comments import states
from parley.interfaces.search import jobs as search
from parley.moderation.modlog import ops as modlog
from parley.own_data.erasure import jobs, words
from parley.people.account_settings import signup_ops
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.site import retention
from tests import make
from tests.conftest import ROOT
from tests.own_data.erasure.filling import MAIL, NAME, SONG, fill, where
from tests.people.accounts.person import PASSWORD

pytestmark = pytest.mark.anyio

ERASE = """
update member set erase_at = now(), erase_words = $2, erase_articles = $2, erase_quotes = $2, state = $3 where id = $1
"""
WORDS_STAY = "if only the name goes"


def listed() -> tuple[set[str], set[str]]:
    """The columns that docs/erasure.md lists: where words stay if only the name goes, and where they stay anyway."""
    table = (ROOT / "docs/erasure.md").read_text().split("## What stays, and why")[1].split("\n## ")[0]
    rows = [line.split(" | ") for line in table.splitlines() if line.startswith("| ")]
    chosen, anyway = set(), set()
    for what, columns, _ in rows:
        (chosen if WORDS_STAY in what else anyway).update(re.findall(r"`(\w+\.(?!txt)\w+)`", columns))
    return chosen, anyway


@pytest.fixture
async def bird(app: Litestar) -> Viewer:
    number, _ = await signup_ops.add_member(name=NAME, email=MAIL, password=PASSWORD)
    return Viewer(id=number, name=NAME, role="member", verified=True, session=0)


async def erased(bird: Viewer, *, takes_words: bool, state: str) -> None:
    await db.execute(ERASE, bird.id, takes_words, state)
    await jobs.erase_all_due()
    await search.index_events()
    await search.check()
    assert await db.values("select job || error from job_failure where error <> ''") == []
    assert await db.value("select state from member where id = $1", bird.id) == "anonymised"


@pytest.mark.parametrize("state", ["deactivated", "suspended"])
@pytest.mark.parametrize("takes_words", [True, False], ids=["words", "name"])
async def test_no_column_holds_what_was_erased(bird: Viewer, state: str, takes_words: bool) -> None:
    await make.comment(await make.thread(), await make.member("jon"))
    filled = await fill(bird)
    assert len(filled) > 70
    before = await where(SONG)
    chosen, anyway = listed()

    await make.put_state("member", bird.id, state)
    await erased(bird, takes_words=takes_words, state=state)

    assert len(before) > 100
    stays = set() if takes_words else chosen
    assert await where(NAME) - stays == set()
    assert await where(MAIL) - stays == set()
    assert await where(SONG) - stays - anyway == set()
    # The table lists nothing that goes.
    assert (chosen | anyway) - before == set()
    assert (await modlog.verify()).broken is None


@pytest.mark.parametrize(
    ("state", "stays"),
    [
        *dict.fromkeys(("hidden", "pending", "removed"), True).items(),
        *dict.fromkeys(("rejected", "expired", "withdrawn", "deleted_by_author"), False).items(),
    ],
)
async def test_comments_that_nobody_reads_go_too_but_for_those_of_a_case(bird: Viewer, state: str, stays: bool) -> None:
    await make.comment(await make.thread(), await make.member("jon"))
    await fill(bird)
    comment = await db.value("select id from comment where author = $1", bird.id)
    await make.put_state("comment", comment, state)
    await make.put_state("member", bird.id, "deactivated")

    await erased(bird, takes_words=True, state="deactivated")

    assert {"comment.body", "comment.html"} & await where(SONG) == (
        {"comment.body", "comment.html"} if stays else set()
    )
    if state in {"hidden", "pending"}:
        # Moderators let it stand: there is nobody whose words these would be.
        async with db.atomic():
            await states.transition(await states.lock_comment(comment), "visible", actor=None)
        assert await db.value("select state from comment where id = $1", comment) == "deleted_by_author"
        await db.execute("update comment set deleted_at = now() - interval '91 days' where id = $1", comment)
        await retention.remove_expired()
        assert "comment.body" not in await where(SONG)


async def test_what_a_case_held_goes_when_it_is_decided(bird: Viewer) -> None:
    await make.comment(await make.thread(), await make.member("jon"))
    await fill(bird)
    await db.execute("update queue_item set state = 'open'")
    report = await db.value("select max(id) from report")
    await make.put_state("report", report, "open")
    await make.put_state("member", bird.id, "deactivated")
    held = {"report.text", "rights_request.answer", "rights_request.original", "passage.text", "thread.title"}

    await erased(bird, takes_words=True, state="deactivated")
    assert await where(SONG) >= held
    assert await words.erase_held() == 0

    await db.execute("update queue_item set state = 'done'")
    await db.execute("update decision set created_at = now() - interval '221 days'")
    await make.put_state("report", report, "resolved")
    assert await words.erase_held() == 1
    assert await where(SONG) & held == set()
