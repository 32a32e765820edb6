"""Near-copies are found over days and accounts, as are bursts of links and first links."""

from datetime import timedelta
from random import Random

import pytest
from litestar import Litestar

from parley.discussion.commenting import editing
from parley.moderation.matching.conditions import AnyCondition, Burst, FirstComments, FirstLinks, NearCopies
from parley.moderation.matching.post import EarlierPost, Post
from parley.moderation.matching.signature import likeness, signature
from parley.platform import db
from parley.platform.errors import Refused
from tests import make
from tests.moderation.automod.rows import age, established, newcomer, put_rule, state_of

pytestmark = pytest.mark.anyio

ADVERT = (
    "I doubled my savings in two weeks thanks to Mrs Alice Grant, who trades for me. "
    "Write to her today and thank me later, she never loses."
)
COPY = ADVERT.replace("Alice Grant", "Alice Stone")
TALK = (
    "The second paragraph says that the energy was measured, but the source measures something else entirely, "
    "and the figure in the table is an estimate."
)


def sketch(text: str) -> bytes:
    return signature(Post(text).alike, ()).sketch


def before(text: str, author: int = 1, seconds: float = 60, *, own: bool = False) -> EarlierPost:
    known = Post(text).signature
    return EarlierPost(author, own, seconds, known.sketch, known.hosts)


def test_likeness_is_that_of_the_words() -> None:
    assert likeness(sketch(ADVERT), sketch(ADVERT)) == 1
    assert likeness(sketch(ADVERT), sketch(f"**{ADVERT.upper()}**".replace("o", "\N{CYRILLIC SMALL LETTER O}"))) > 0.9
    assert likeness(sketch(ADVERT), sketch(COPY)) > 0.8
    assert likeness(sketch(ADVERT), sketch(TALK)) < 0.2
    assert likeness(sketch("Thank you!"), sketch("Thank you!")) == 0


def test_texts_that_are_mostly_the_same_share_a_band() -> None:
    random, missed = Random(0), 0
    for _ in range(200):
        words = [f"{random.randrange(10**6):x}" for _ in range(60)]
        changed = [word if random.random() > 0.03 else "other" for word in words]
        one, other = (signature(" ".join(text), ()) for text in (words, changed))
        missed += not set(one.bands) & set(other.bands)
    assert missed <= 10


LINKED = "See https://www.shop.example/now"


@pytest.mark.parametrize(
    ("condition", "post", "matches"),
    [
        (NearCopies(at_least=2), Post(ADVERT, earlier=(before(ADVERT, 1), before(ADVERT, 2))), True),
        (NearCopies(at_least=2), Post(ADVERT, earlier=(before(ADVERT, 1), before(ADVERT, 1))), False),
        (NearCopies(at_least=1), Post(ADVERT, earlier=(before(ADVERT, own=True),)), False),
        (NearCopies(at_least=1), Post(ADVERT, earlier=(before(ADVERT, seconds=8 * 86_400),)), False),
        (NearCopies(at_least=2, by="author"), Post(ADVERT, earlier=(before(ADVERT, own=True),) * 2), True),
        (NearCopies(at_least=1), Post(TALK, earlier=(before(ADVERT),)), False),
        (Burst(members=2), Post(LINKED, earlier=(before(f"{LINKED} a", 1), before(f"{LINKED} b", 2))), True),
        (Burst(members=2), Post(LINKED, earlier=(before(LINKED, 1), before(LINKED, 1))), False),
        (Burst(members=1), Post(LINKED, earlier=(before(LINKED, seconds=601),)), False),
        (Burst(members=1), Post(LINKED, earlier=(before("https://other.example"),)), False),
        (Burst("copies", 1), Post(ADVERT, earlier=(before(ADVERT),)), True),
        (Burst("copies", 1), Post(ADVERT, earlier=(before(TALK),)), False),
        (FirstLinks(1), Post(LINKED), True),
        (FirstLinks(1), Post(LINKED, linked=1), False),
        (FirstLinks(1), Post(TALK), False),
    ],
)
def test_a_condition_finds_what_it_asks_for(condition: AnyCondition, post: Post, *, matches: bool) -> None:
    assert (condition.find(post) is not None) is matches


async def test_the_third_account_with_the_same_text_is_held_days_later(app: Litestar) -> None:
    await put_rule(NearCopies(at_least=2), action="hold")
    thread = await make.thread()
    first = await make.comment(thread, await newcomer(), ADVERT)
    await age(first, timedelta(days=3))
    second = await make.comment(thread, await newcomer(), COPY)
    other = await make.comment(thread, await newcomer(), TALK)

    third = await make.comment(await make.thread(), await newcomer(), ADVERT)

    assert [await state_of(one) for one in (first, second, other, third)] == ["visible"] * 3 + ["pending"]


async def test_many_accounts_that_link_to_one_site_within_minutes_are_held(app: Litestar) -> None:
    await put_rule(Burst(members=2), action="hold")
    thread = await make.thread()
    texts = ("Look: https://shop-now.com/a", "Have you seen shop-now dot com?", "Nice (https://WWW.shop-now.com/b)")

    states = [await state_of(await make.comment(thread, await newcomer(), text)) for text in texts]

    assert states == ["visible", "visible", "pending"]


async def test_an_edit_cannot_make_a_comment_a_near_copy_nor_hide_that_it_was_one(app: Litestar) -> None:
    await put_rule(NearCopies(at_least=1), action="hold")
    thread, author = await make.thread(), await newcomer()
    await make.comment(thread, await newcomer(), ADVERT)
    comment = await make.comment(thread, author, TALK)

    with pytest.raises(Refused, match="an edit cannot be held"):
        await editing.edit_comment(viewer=author, comment_id=comment, body=ADVERT)
    await editing.edit_comment(viewer=author, comment_id=comment, body="Something else, which nobody has said so far.")
    later = await make.comment(thread, await newcomer(), TALK)

    assert await state_of(later) == "visible"


async def test_a_first_link_is_one_until_a_comment_with_a_link_was_let_in(app: Litestar) -> None:
    rule = await put_rule(FirstLinks(1))
    thread, author = await make.thread(), await newcomer()

    for _ in range(2):
        await make.comment(thread, author, "See https://shop.example today.")

    assert await db.value("select count(*) from hit where rule = $1", rule) == 1


async def test_posting_costs_one_look_up_for_newcomers_and_none_for_others(app: Litestar, queries: list[str]) -> None:
    thread, author, known = await make.thread(), await newcomer(), await established()
    rule = await put_rule(NearCopies(share=1, at_least=100), FirstComments(20))
    for one in (author, known):
        await make.comment(thread, one, "The rules are read, and the authors, too.")
    counts = []

    for one in (author, known):
        del queries[:]
        await make.comment(thread, one, TALK)
        counts.append(sum("comment_signature where" in sql for sql in queries))

    assert counts == [1, 0]
    assert await db.value("select count(*) from hit where rule = $1", rule) == 0
    assert await db.value("select count(*) from comment_signature where bands <> '{}'") == 2
