"""A comment stays anchored to its words when the article is revised."""

import httpx
import pytest
from litestar import Litestar

from parley.discussion.comments import queries
from parley.discussion.threads import ops as threads
from parley.platform import db
from parley.platform.errors import Refused
from tests import make

pytestmark = pytest.mark.anyio

BEFORE = (
    "The model answers before it has understood the question.",
    "Nobody asked how much energy the answer cost, and nobody was told.",
    "What remains is the habit of asking a machine first.",
)


async def article() -> tuple[int, list[int]]:
    thread = await make.thread(make.text(*BEFORE))
    return thread, await make.lineages(thread)


async def revise(thread: int, *words: str) -> None:
    assert await threads.revise_thread(thread, make.text(*words)) is not None


async def anchored(thread: int, lineage: int, quote: str | None = None) -> int:
    return await make.comment(thread, await make.member(), passage=lineage, quote=quote)


async def found(comment: int) -> tuple[str | None, int | None, str | None, str | None]:
    row = await queries.one(comment)
    assert row is not None
    return row.anchor, row.passage, row.quote, row.words


async def test_an_anchor_on_unchanged_words_is_the_same(app: Litestar) -> None:
    thread, (_, second, _) = await article()
    comment = await anchored(thread, second, "how much energy")

    await revise(thread, "A new beginning.", *BEFORE)

    assert await found(comment) == ("same", second, "how much energy", None)


async def test_words_that_were_edited_have_changed(app: Litestar) -> None:
    thread, (_, second, _) = await article()
    comment = await anchored(thread, second, "how much energy the answer cost")

    await revise(thread, BEFORE[0], BEFORE[1].replace("energy the answer", "electricity the answer"), BEFORE[2])

    assert await found(comment) == (
        "changed",
        second,
        "how much energy the answer cost",
        "how much electricity the answer cost",
    )


async def test_words_in_another_passage_have_moved(app: Litestar) -> None:
    thread, (_, second, third) = await article()
    comment = await anchored(thread, second, "how much energy the answer cost")

    await revise(thread, BEFORE[0], "Nobody was told.", BEFORE[2] + " Nobody asked how much energy the answer cost.")

    assert (await found(comment))[:2] == ("moved", third)


async def test_the_text_of_a_lost_passage_is_kept(app: Litestar) -> None:
    thread, (_, second, _) = await article()
    comment = await anchored(thread, second, "how much energy the answer cost")

    await revise(thread, BEFORE[0], BEFORE[2])

    assert await found(comment) == ("lost", second, "how much energy the answer cost", None)


async def test_words_that_are_gone_from_their_passage_leave_the_comment_there(
    app: Litestar, client: httpx.AsyncClient
) -> None:
    thread, (_, second, _) = await article()
    comment = await anchored(thread, second, "how much energy the answer cost")

    await revise(thread, BEFORE[0], "Nobody asked, and nobody was told.", BEFORE[2])

    assert await found(comment) == ("kept", second, "how much energy the answer cost", None)
    page = (await client.get(f"/t/{thread}/x")).text
    assert f'data-passage="{second}" data-anchor="kept"' in page
    assert "These words are no longer in the passage." in page


async def test_words_that_return_are_found_again(app: Litestar) -> None:
    thread, (_, second, _) = await article()
    comment = await anchored(thread, second, "how much energy the answer cost")

    await revise(thread, BEFORE[0], "Nobody asked, and nobody was told.", BEFORE[2])
    await revise(thread, BEFORE[0], "Nobody asked how much energy the answer cost, or was told.", BEFORE[2])

    assert await found(comment) == ("same", second, "how much energy the answer cost", None)


async def test_restoring_a_revision_restores_its_anchors(app: Litestar) -> None:
    thread, (first, second, third) = await article()
    comments = [await anchored(thread, second, "how much energy"), await anchored(thread, first)]
    before = [await found(one) for one in comments]

    await revise(thread, "Nothing of it is left.")
    assert {(await found(one))[0] for one in comments} == {"lost"}
    await revise(thread, *BEFORE)

    assert [await found(one) for one in comments] == before
    assert (await make.lineages(thread))[-3:] == [first, second, third]


async def test_an_anchor_on_a_part_is_found_in_the_restored_whole(app: Litestar) -> None:
    whole = f"{BEFORE[0]} {BEFORE[1]}"
    thread = await make.thread(make.text(whole, BEFORE[2]))
    [first, _] = await make.lineages(thread)
    await revise(thread, BEFORE[0], BEFORE[1], BEFORE[2])
    comments = [await anchored(thread, piece, "the answer cost") for piece in (await make.lineages(thread))[-2:-1]]

    await revise(thread, whole, BEFORE[2])

    assert [(await found(one))[1] for one in comments] == [first]
    assert "lost" not in [(await found(one))[0] for one in comments]


async def test_an_edit_of_an_edit_is_followed(app: Litestar) -> None:
    thread, (_, second, _) = await article()
    comment = await anchored(thread, second, "how much energy the answer cost")

    for words in ("how much power the answer cost", "how much power each answer took", "what power each reply took"):
        await revise(thread, BEFORE[0], f"Nobody asked {words}, and nobody was told.", BEFORE[2])

    assert await found(comment) == ("changed", second, "how much energy the answer cost", "what power each reply took")


async def test_a_quote_may_span_several_passages(app: Litestar) -> None:
    thread, (first, second, _) = await article()

    comment = await anchored(thread, first, "understood the question.\n\nNobody asked")

    assert await found(comment) == ("same", first, "understood the question. Nobody asked", None)
    assert await db.value("select passage_end from comment where id = $1", comment) == second


async def test_a_long_quote_is_shortened(app: Litestar) -> None:
    sentence = "All of this has been said before, by others, and at greater length than here. "
    thread = await make.thread(make.text(sentence * 9))
    [lineage] = await make.lineages(thread)

    comment = await anchored(thread, lineage, (sentence * 9).strip())

    quote = (await found(comment))[2] or ""
    assert 280 < len(quote) <= 300 and (sentence * 9).startswith(quote + " ")


async def test_the_words_before_tell_which_occurrence_is_meant(app: Litestar) -> None:
    thread = await make.thread(make.text("It learns. What it learns is not what we learn. So it learns."))
    [lineage] = await make.lineages(thread)
    author = await make.member()

    comment = await make.comment(thread, author, passage=lineage, quote="it learns", prefix="So ")

    assert (await db.value("select prefix from comment where id = $1", comment)).endswith("learn. So ")


async def test_a_quote_that_is_not_in_the_article_is_refused(app: Litestar) -> None:
    thread, (_, second, _) = await article()

    with pytest.raises(Refused, match="Your text is kept"):
        await anchored(thread, second, "understood the question")
    with pytest.raises(Refused, match="no longer in the article"):
        await anchored(thread, 987_654_321)


async def test_a_reply_carries_no_anchor(app: Litestar) -> None:
    thread, (first, _, _) = await article()
    parent = await anchored(thread, first)

    reply = await make.comment(thread, await make.member(), parent=parent, passage=first, quote="The model")

    assert await found(reply) == (None, None, None, None)


async def test_the_quote_goes_with_a_removed_comment(app: Litestar, client: httpx.AsyncClient) -> None:
    thread, (_, second, _) = await article()
    comment = await anchored(thread, second, "how much energy the answer cost")
    await revise(thread, BEFORE[0], BEFORE[1].replace("energy", "electricity"), BEFORE[2])
    await db.execute("update comment set state = 'removed' where id = $1", comment)

    page = (await client.get(f"/t/{thread}/x")).text

    assert await found(comment) == ("changed", second, None, None)
    assert "energy" not in page.partition('id="discussion"')[2]


async def test_a_comment_says_which_revision_it_is_about(app: Litestar) -> None:
    thread, (first, _, _) = await article()
    old = await anchored(thread, first)
    await revise(thread, *BEFORE, "One more thing.")
    new = await anchored(thread, first)

    rows = await queries.by_ids([old, new])

    assert (rows[old].on_revision, rows[new].on_revision) == (1, None)
