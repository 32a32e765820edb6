"""Reading threads, comments, topics and rules."""

from typing import Any, Literal

from litestar import Response, get
from litestar.params import FromPath, FromQuery

from parley.articles.articles import queries as articles
from parley.articles.articles.queries import ArticleRow, PassageRow
from parley.articles.articles.rules import WITHHELD
from parley.discussion.commenting.web import comment_at, thread_at
from parley.discussion.comments.queries import CommentVersionRow
from parley.discussion.threads import queries as threads
from parley.discussion.threads.cards import EXCERPT_LENGTH, cursor
from parley.discussion.threads.queries import PAGE, CardRow, ThreadRow
from parley.interfaces.api import comments, schemas
from parley.interfaces.api.answers import READING, answer, problems
from parley.interfaces.api.paging import After, Limit, after_id, next_page, not_in_list
from parley.people.community.queries import grounds
from parley.platform.errors import InvalidFields, NotFound
from parley.platform.http.access import AnyRequest, viewer_of
from parley.platform.settings import settings
from parley.platform.text.cleaning import shorten
from parley.platform.text.messages import N_

Sort = Literal["hot", "new", "active", "top"]
Period = Literal["day", "week", "month", "year", "all"]
CommentSort = Literal["old", "new", "best"]


@get("/topics", name="api:topics", opt=READING, responses=problems())
async def topics(request: AnyRequest) -> Response[schemas.Topics]:
    """The topics of this community."""

    async def make() -> schemas.Topics:
        return schemas.Topics([schemas.Topic(topic.slug, topic.name) for topic in await threads.topics()])

    return await answer(request, make)


@get("/rules", name="api:rules", opt=READING, responses=problems())
async def rules(request: AnyRequest) -> Response[schemas.Rules]:
    """The published rules of this community, which reports and decisions name by their codes."""

    async def make() -> schemas.Rules:
        return schemas.Rules(
            [schemas.Rule(ground.code, ground.title, ground.text, ground.illegal) for ground in await grounds()]
        )

    return await answer(request, make)


@get("/threads", name="api:threads", opt=READING, responses=problems(422))
async def thread_list(
    request: AnyRequest,
    sort: FromQuery[Sort] = "hot",
    topic: FromQuery[str | None] = None,
    period: FromQuery[Period] = "week",
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
        last = rows[PAGE - 1] if len(rows) > PAGE else None
        following = next_page(request, f"{last.rank!r}_{last.id}") if last else None
        return schemas.ThreadPage([_summary(row) for row in rows[:PAGE]], following)

    return await answer(request, make)


def _summary(row: CardRow) -> schemas.ThreadSummary:
    return schemas.ThreadSummary(
        id=row.id,
        url=f"{settings().base_url}/t/{row.id}/{row.slug}",
        title=row.title,
        topic=row.topic_slug,
        state=row.state,
        site=row.site,
        byline=row.byline,
        excerpt=shorten(row.first_words, EXCERPT_LENGTH),
        comment_count=row.comment_count,
        people=row.people,
        balance=schemas.Balance(*row.stances) if row.stances else schemas.Balance(0, 0, 0, 0, 0),
        created_at=row.created_at,
        last_activity_at=row.last_activity_at,
    )


@get("/threads/{thread:str}", name="api:thread", opt=READING, responses=problems(404))
async def one_thread(request: AnyRequest, thread: FromPath[str]) -> Response[schemas.Thread]:
    """A thread with the newest version of its article."""
    return await answer(request, lambda: thread_with_article(thread))


async def thread_with_article(thread: str) -> schemas.Thread:
    """Return the thread that an address names. Raises NotFound."""
    row = await thread_at(thread)
    article = await articles.of_thread(row.id)
    if article is None:
        raise NotFound(N_("This thread does not exist."))
    return _thread(row, article, await articles.passages(article.revision_id, row.id))


def _thread(row: ThreadRow, article: ArticleRow, passages: list[PassageRow]) -> schemas.Thread:
    return schemas.Thread(
        id=row.id,
        url=f"{settings().base_url}{row.address}",
        title=row.title,
        topic=row.topic_slug,
        state=row.state,
        reason=row.lock_reason,
        slow_seconds=row.slow,
        starter=row.starter,
        comment_count=row.comment_count,
        people=row.people,
        last_seq=row.last_seq,
        created_at=row.created_at,
        last_activity_at=row.last_activity_at,
        article=_article(article, passages),
    )


def _article(row: ArticleRow, passages: list[PassageRow]) -> schemas.Article:
    return schemas.Article(
        url=row.address,
        site=row.site,
        title=row.title,
        byline=row.byline,
        lang=row.lang,
        display=row.display,
        licence=row.licence,
        reservations=row.reservations,
        revision=row.revision,
        published_at=row.published_at,
        updated_at=row.updated_at,
        words=row.words,
        passages=[
            schemas.Passage(passage.lineage, passage.kind, passage.text, passage.raw_html)
            for passage in passages
            if passage.kind != WITHHELD
        ],
    )


@get("/threads/{thread:str}/comments", name="api:comments", opt=READING, responses=problems(404, 422))
async def comment_list(
    request: AnyRequest,
    thread: FromPath[str],
    sort: FromQuery[CommentSort] = "old",
    after: After = None,
    limit: Limit = 100,
) -> Response[schemas.CommentPage]:
    """A page of the comments of a thread, without the tree: `parent` says which comment each answers."""
    position = after_id(after)

    async def make() -> schemas.CommentPage:
        row = await thread_at(thread)
        rows = await comments.in_thread(row.id, sort, position, limit + 1, viewer_of(request))
        return comment_page(request, rows, limit)

    return await answer(request, make)


def comment_page(request: AnyRequest, comments: list[schemas.Comment], limit: int) -> schemas.CommentPage:
    """Return the page of the first `limit` of `found`, which has one more if there is a next page."""
    following = next_page(request, comments[limit - 1].id) if len(comments) > limit else None
    return schemas.CommentPage(comments[:limit], following)


@get("/comments/{comment:str}", name="api:comment", opt=READING, responses=problems(404))
async def one_comment(request: AnyRequest, comment: FromPath[str]) -> Response[schemas.Comment]:
    """A comment. Its ETag begins with the number of its text, for `If-Match` of an edit."""

    async def make() -> schemas.Comment:
        return await comments.one(comment, viewer_of(request))

    return await answer(request, make, comments.etag)


@get("/comments/{comment:str}/history", name="api:history", opt=READING, responses=problems(404, 422))
async def comment_history(
    request: AnyRequest, comment: FromPath[str], after: After = None
) -> Response[schemas.CommentVersions]:
    """A page of the versions of an edited comment, the newest first."""
    viewer, position = viewer_of(request), after_id(after)

    async def make() -> schemas.CommentVersions:
        row = await comment_at(comment, viewer)
        versions = await comments.history(row.id, viewer, position)
        following = next_page(request, versions[-1].number) if versions and not versions[-1].is_first else None
        return schemas.CommentVersions([_version(version) for version in versions], following)

    return await answer(request, make)


def _version(row: CommentVersionRow) -> schemas.CommentVersion:
    return schemas.CommentVersion(row.number, row.body, row.statement, row.at)


handlers: list[Any] = [topics, rules, thread_list, one_thread, comment_list, one_comment, comment_history]
