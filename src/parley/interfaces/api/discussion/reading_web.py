"""Reading threads, comments, topics and rules."""

from typing import Annotated, Literal

import msgspec
from litestar import Response, Router, get
from litestar.params import QueryParameter

from parley.articles.articles import queries as articles
from parley.articles.articles.rules import HIDDEN
from parley.discussion.commenting.web import comment_at, thread_at
from parley.discussion.thesis import queries as theses
from parley.discussion.threads import queries as threads
from parley.discussion.threads.queries import PAGE, CardRow
from parley.discussion.threads.voices import Voices, voices
from parley.interfaces.api import fields
from parley.interfaces.api.answers import READING, answer, from_row, problems
from parley.interfaces.api.discussion import comments, schemas
from parley.interfaces.api.paging import After, Limit, after_id, next_page, not_in_list, page_of
from parley.interfaces.pages.thread_cards import EXCERPT_LENGTH, cursor
from parley.people.accounts.viewer import Viewer, viewer_of
from parley.people.community.queries import grounds
from parley.platform.errors import InvalidFields, NotFound
from parley.platform.http.access import AnyRequest
from parley.platform.settings import settings
from parley.platform.text.cleaning import shorten
from parley.platform.text.messages import N_

Sort = Annotated[Literal["hot", "new", "active", "top"], QueryParameter(description="The order.")]
Period = Annotated[
    Literal["day", "week", "month", "year", "all"], QueryParameter(description="Only threads of this time.")
]
TopicQuery = Annotated[str | None, QueryParameter(description="The slug of a topic.")]
CommentSort = Annotated[Literal["old", "new", "best"], QueryParameter(description="The order.")]


@get("/topics", name="api:topics", responses=problems())
async def topics(request: AnyRequest) -> Response[schemas.Topics]:
    """The topics of this community."""

    async def make() -> schemas.Topics:
        return schemas.Topics(msgspec.convert(await threads.topics(), list[schemas.Topic], from_attributes=True))

    return await answer(request, make)


@get("/rules", name="api:rules", responses=problems())
async def rules(request: AnyRequest) -> Response[schemas.Rules]:
    """The published rules of this community, which reports and decisions name by their codes."""

    async def make() -> schemas.Rules:
        return schemas.Rules(msgspec.convert(await grounds(), list[schemas.Rule], from_attributes=True))

    return await answer(request, make)


@get("/threads", name="api:threads", responses=problems(422))
async def thread_list(
    request: AnyRequest,
    sort: Sort = "hot",
    topic: TopicQuery = None,
    period: Period = "week",
    after: After = None,
) -> Response[schemas.ThreadPage]:
    """A page of threads in the order of the home page. `period` is for `top` only."""
    if topic is not None and topic not in {row.slug for row in await threads.topics()}:
        raise InvalidFields({"topic": N_("There is no such topic.")})
    position = cursor(after) if after else None
    if after and position is None:
        raise not_in_list()

    async def make() -> schemas.ThreadPage:
        rows = await threads.cards(sort, topic, period, position)
        shown, following = page_of(request, rows, PAGE, lambda row: f"{row.rank!r}_{row.id}")
        return schemas.ThreadPage([_summary(row) for row in shown], following)

    return await answer(request, make)


def _summary(row: CardRow) -> schemas.ThreadSummary:
    return from_row(
        schemas.ThreadSummary,
        row,
        url=f"{settings().base_url}/t/{row.id}/{row.slug}",
        topic=row.topic_slug,
        excerpt=shorten(row.first_words, EXCERPT_LENGTH),
        balance=schemas.Balance(*row.stances or (0, 0, 0, 0, 0)),
    )


@get("/threads/{thread:str}", name="api:thread", responses=problems(404))
async def one_thread(request: AnyRequest, thread: fields.ThreadPath) -> Response[schemas.Thread]:
    """A thread with the newest version of its article."""
    return await answer(request, lambda: thread_with_article(thread, viewer_of(request)))


async def thread_with_article(thread: str, viewer: Viewer | None) -> schemas.Thread:
    """Return the thread that an address names, as `viewer` sees it. Raises NotFound."""
    row = await thread_at(thread)
    article = await articles.of_thread(row.id)
    if article is None:
        raise NotFound(N_("This thread does not exist."))
    passages = [
        schemas.Passage(passage.lineage, passage.kind, passage.text, passage.raw_html)
        for passage in await articles.passages(article.revision_id, row.id)
        if passage.kind != HIDDEN
    ]
    return from_row(
        schemas.Thread,
        row,
        url=f"{settings().base_url}{row.address}",
        topic=row.topic_slug,
        reason=row.lock_reason,
        slow_seconds=row.slow,
        thesis=thesis_from(await theses.of_thread(row.id)),
        disagreement=_disagreement((await voices([row.id])).get(row.id), viewer),
        article=from_row(
            schemas.Article, article, url=article.address, reservations=article.passed_on, passages=passages
        ),
    )


def thesis_from(row: theses.ThesisRow | None) -> schemas.Thesis | None:
    if row is None:
        return None
    shares = row.shares
    answers = schemas.ThesisAnswers(shares.answers, shares.agree, shares.disagree, shares.unsure) if shares else None
    return schemas.Thesis(row.text, row.version, answers, row.created_at)


def _disagreement(found: Voices | None, viewer: Viewer | None) -> schemas.Disagreement | None:
    if found is None or found.hidden_from(viewer):
        return None
    both = [from_row(schemas.Voice, voice, comment=voice.id, text=voice.words) for voice in found.both]
    return schemas.Disagreement(found.is_disputed, found.about, found.passage, found.quote, *both)


@get("/threads/{thread:str}/comments", name="api:comments", responses=problems(404, 422))
async def comment_list(
    request: AnyRequest,
    thread: fields.ThreadPath,
    sort: CommentSort = "old",
    after: After = None,
    limit: Limit = 100,
) -> Response[schemas.CommentPage]:
    """A page of the comments of a thread, without the tree: `parent` says which comment each answers.

    A page of long comments has fewer, in 1 MB.
    """
    position = after_id(after)

    async def make() -> schemas.CommentPage:
        row = await thread_at(thread)
        rows = await comments.in_thread(row.id, sort, position, limit + 1, viewer_of(request))
        return schemas.CommentPage(*page_of(request, rows, comments.fitting(rows, limit)))

    return await answer(request, make)


@get("/comments/{comment:str}", name="api:comment", responses=problems(404))
async def one_comment(request: AnyRequest, comment: fields.CommentPath) -> Response[schemas.Comment]:
    """A comment. Its ETag begins with the number of its text, for `If-Match` of an edit."""
    return await answer(request, lambda: comments.one(comment, viewer_of(request)), comments.etag)


@get("/comments/{comment:str}/history", name="api:history", responses=problems(404, 422))
async def comment_history(
    request: AnyRequest, comment: fields.CommentPath, after: After = None
) -> Response[schemas.CommentVersions]:
    """A page of the versions of an edited comment, the newest first."""
    viewer, position = viewer_of(request), after_id(after)

    async def make() -> schemas.CommentVersions:
        row = await comment_at(comment, viewer)
        rows = await comments.history(row.id, viewer, position)
        following = next_page(request, rows[-1].number) if rows and not rows[-1].is_first else None
        return schemas.CommentVersions(
            [schemas.CommentVersion(row.number, row.body, row.statement, row.at) for row in rows], following
        )

    return await answer(request, make)


handlers = [
    Router(
        "/",
        route_handlers=[topics, rules, thread_list, one_thread, comment_list, one_comment, comment_history],
        opt=READING,
    )
]
