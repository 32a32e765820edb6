"""Whatever a moderator of a room sends to the forms for many: an answer, nothing elsewhere, nothing unasked."""

from contextlib import suppress
from urllib.parse import quote_from_bytes

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parley.moderation.modqueue import bulk_jobs
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.events import redis
from tests import make
from tests.moderation.modqueue.reported import decided, reported
from tests.standing.test_hostile import ANY_TEXT, FORMS, NASTY

pytestmark = pytest.mark.anyio

# Three items in the moderator's room and two in another, and the decisions on the last of each.
OWN, OTHERS = 3, 2
LONG = 1_000
# What is decided, undone and planned, of an item of a topic, and what became of its comment.
SELECT_DONE = """
select concat_ws(' ', i.id, i.state, c.state, c.collapsed, d.action, d.state)
from queue_item i join comment c on c.id = i.target
left join decision d on d.item = i.id where (select topic from thread where id = i.thread) = $1 order by i.id, d.id
"""
PLANNED = """
select count(*) from bulk_item b join queue_item i on i.id = b.item
where (select topic from thread where id = i.thread) = 'work'
"""
PATHS = [path.replace("{bulk:str}", "1") for path in FORMS if path.startswith(("/mod/bulk", "/mod/comments"))]
# Long texts are sent in tests/standing/test_hostile.py.
HOSTILE = st.one_of(
    st.sampled_from([nasty for nasty in NASTY if len(nasty) < LONG]),
    ANY_TEXT,
    st.integers().map(str),
    st.floats().map(str),
)
NUMBERS = st.integers(-1, 9).map(str)
NAMES = st.one_of(
    st.builds("{}-{}".format, st.sampled_from(["item", "comment", "it\u200bem", "Item"]), st.one_of(NUMBERS, HOSTILE)),
    st.sampled_from(
        ["action", "rule", "reason", "law", "also", "until", "sure", "at", "decisions", "confirm", "macro"]
    ),
)
FILTERS = ("kind", "ground", "escalated", "author", "thread", "topic", "rule", "hours", "raid", "like", "moderator")
# Mostly what is taken, so that much of it decides something.
VALUES = {
    "action": st.sampled_from(["remove", "collapse", "approve", "restore", "lock", "suspend", "message", "role"]),
    "rule": st.sampled_from(["civility", "illegal", "spam"]),
    "reason": st.sampled_from(["It insults.", "{quote} {days}", " "]),
    "also": st.sampled_from(["", "silence", "suspend"]),
    "sure": st.sampled_from(["1", "1", "0"]),
}


@st.composite
def forms(draw: st.DrawFn) -> list[tuple[str, str]]:
    names = draw(st.lists(NAMES, max_size=12)) + draw(st.lists(st.sampled_from(list(VALUES)), max_size=5))
    return [(name, draw(st.one_of(VALUES.get(name, NUMBERS), VALUES.get(name, NUMBERS), HOSTILE))) for name in names]


def encoded(pairs: list[tuple[str, str]]) -> str:
    parts = [[quote_from_bytes(text.encode(errors="surrogatepass")) for text in pair] for pair in pairs]
    return "&".join("=".join(pair) for pair in parts)


class TakeBackError(Exception):
    """Rolls back what an example did."""


@pytest.fixture
async def local(client: httpx.AsyncClient) -> Viewer:
    """The moderator of a room, signed in, in which three items are, of which one is decided; two are elsewhere."""
    member, author, site = await make.member(), await make.member("mira"), await make.member(role="moderator")
    await db.execute("insert into room_moderator (topic, member) values ('research', $1)", member.id)
    room = Viewer(member.id, member.name, "member", verified=True, session=0, rooms=frozenset({"research"}))
    items = [await reported(author) for _ in range(OWN + OTHERS)]
    sql = "update thread set topic = 'work' where id in (select thread from queue_item where id > $1)"
    await db.execute(sql, items[OWN - 1])
    await decided(items[OWN - 1], room)
    await decided(items[-1], site)
    await make.sign_in(client, member)
    return room


async def done(topic: str) -> set[str]:
    return set(await db.values(SELECT_DONE, topic))


@pytest.mark.parametrize("path", PATHS)
@settings(max_examples=settings().max_examples // 2, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fields=forms(), query=st.dictionaries(st.sampled_from(FILTERS), st.one_of(NUMBERS, HOSTILE), max_size=4))
async def test_any_form_gets_an_answer_and_decides_only_what_it_names(
    client: httpx.AsyncClient, local: Viewer, path: str, fields: list[tuple[str, str]], query: dict[str, str]
) -> None:
    own, others = await done("research"), await done("work")
    await redis.redis().flushdb()
    with suppress(TakeBackError):
        async with db.atomic():
            headers = {"content-type": "application/x-www-form-urlencoded"}
            address = f"{path}?{encoded(list(query.items()))}"
            answer = await client.post(address, content=encoded(fields).encode(), headers=headers)
            while await bulk_jobs.work_off():
                pass

            assert answer.status_code in {200, 303, 400, 404, 413, 422}, answer.text
            assert await done("work") == others and await db.value(PLANNED) == 0
            changed = {row.split()[0] for row in await done("research") ^ own}
            if path in {"/mod/bulk", "/mod/comments"}:
                assert not changed or dict(fields).get("sure") == "1"
            if path == "/mod/bulk":
                assert {f"item-{item}" for item in changed} <= dict(fields).keys()
            raise TakeBackError
