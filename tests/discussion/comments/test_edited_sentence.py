"""Somebody edits a sentence in the middle of a long article with two hundred anchored comments."""

import re
from random import Random

import httpx
import msgspec
import pytest
from litestar import Litestar

from parley.discussion.threads import ops as threads
from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio

SUBJECTS = ("The model", "Its maker", "A reader", "The council", "Nobody here", "The next engineer", "A patient editor")
VERBS = ("measures", "forgets", "rewrites", "defends", "pays for", "explains", "counts")
OBJECTS = (
    "the answer",
    "what was asked",
    "the water it drinks",
    "a page of numbers",
    "the older text",
    "its own doubt",
)
ENDS = ("before noon", "without being asked", "for the third year", "in a small town", "and says so", "as promised")


class Anchored(msgspec.Struct, frozen=True):
    id: int
    anchor: str
    passage: int
    words: str | None


def passages(random: Random, count: int, sentences: int) -> list[list[str]]:
    made = [
        f"{subject} {verb} {thing} {end} in case {number}."
        for number in range(count * sentences)
        for subject, verb, thing, end in [[random.choice(words) for words in (SUBJECTS, VERBS, OBJECTS, ENDS)]]
    ]
    return [made[at * sentences : (at + 1) * sentences] for at in range(count)]


@pytest.mark.usefixtures("no_hourly_limit")
async def test_every_comment_is_at_its_passage_and_changed_ones_are_marked(
    app: Litestar, client: httpx.AsyncClient
) -> None:
    random, author = Random(7), await make.member()
    text = passages(random, 50, 4)
    thread = await make.thread(make.text(*(" ".join(one) for one in text)))
    lineages = await make.lineages(thread)
    places = {
        await make.comment(thread, author, passage=lineages[at], quote=text[at][sentence]): (at, sentence)
        for at in range(50)
        for sentence in range(4)
    }
    was = text[25][2]
    text[25][2] = was.replace("in case", "in the strange case")

    revised = await threads.revise_thread(thread, make.text(*(" ".join(one) for one in text)))

    assert revised is not None and revised.changed == 1
    rows = await db.fetch(Anchored, "select id, anchor, passage, words from comment where thread = $1", thread)
    assert {row.id: row.passage for row in rows} == {one: lineages[at] for one, (at, _) in places.items()}
    changed = {row.id: row.words for row in rows if row.anchor != "same"}
    assert changed == {one: text[25][2] for one, place in places.items() if place == (25, 2)}
    page = (await client.get(f"/t/{thread}")).text
    assert (page.count('data-anchor="same"'), page.count('data-anchor="changed"')) == (199, 1)
    alone = (await client.get(f"/t/{thread}?passage={lineages[25]}")).text
    for one in (page, alone):
        assert re.search("<ins> ?the strange ?</ins>", one) and ": 1 passage changed" in one


async def test_a_passage_that_was_merged_away_leads_to_where_its_words_are(
    app: Litestar, client: httpx.AsyncClient
) -> None:
    text = [" ".join(one) for one in passages(Random(3), 6, 3)]
    thread = await make.thread(make.text(*text))
    lineages = await make.lineages(thread)
    comment = await make.comment(thread, await make.member(), passage=lineages[3], quote=text[3][:40].rsplit(" ", 1)[0])

    await threads.revise_thread(thread, make.text(*text[:2], f"{text[2]} {text[3]}", *text[4:]))

    page = (await client.get(f"/t/{thread}?passage={lineages[3]}")).text
    assert f'id="c{comment}"' in page and "No longer in the article" not in page
