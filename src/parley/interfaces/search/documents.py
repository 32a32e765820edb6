"""Reading texts for the index: articles, their passages and comments, as readers may see them."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from parley.articles.articles.rules import HIDDEN, READABLE
from parley.discussion.comments.rules import IS_VISIBLE
from parley.interfaces.search.tables import Kind
from parley.interfaces.search.visibility import DISPLAY, QUOTE
from parley.interfaces.search.words import configuration, extra_words, index_words, language
from parley.platform import db
from parley.platform.text.detection import language_of
from parley.platform.text.markdown import excerpt

# Characters of an article in its own document, whose size PostgreSQL limits. Its passages have all of them.
LONGEST_DOCUMENT = 40_000
# The prefix of words of titles, which are in the index once more, as they are written, to complete a title being typed.
TITLE_WORD = "^w"
# Documents written at once.
BATCH = 200


class Document(msgspec.Struct, frozen=True):
    """A row of the index before PostgreSQL makes stems of its words. Parts in falling weight: `a`, `b`, `c`, `d`."""

    kind: int
    source: int
    thread: int
    version: int
    shown: str
    prior: int
    at: datetime
    configuration: str
    filters: str
    a: str = ""
    b: str = ""
    c: str = ""
    d: str = ""


class SourceArticle(msgspec.Struct, frozen=True):
    thread: int
    version: int
    shown: str
    title: str
    byline: str
    lang: str | None
    topic: str
    starter: int | None
    comment_count: int
    at: datetime


class SourcePassage(msgspec.Struct, frozen=True):
    lineage: int
    kind: str
    text: str
    comments: int


class SourceComment(msgspec.Struct, frozen=True):
    id: int
    thread: int
    version: int
    shown: str
    author: int | None
    stance: str | None
    topic: str
    lang: str | None
    statement: str
    quote: str
    html: str
    best: float
    at: datetime


SELECT_ARTICLE = f"""
select t.id as thread, t.revision as version, {DISPLAY} as shown, t.title,
       case when a.untitled then '' else coalesce(r.byline, '') end as byline, r.lang, t.topic, t.starter,
       t.comment_count, t.created_at as at
from thread t join article a on a.id = t.article join revision r on r.article = a.id and r.number = t.revision
where t.id = $1
"""  # noqa: S608 constants only
SELECT_PASSAGES = f"""
select p.lineage, p.kind, p.text, coalesce(n.supports + n.challenges + n.adds + n.asks + n.none, 0) as comments
from thread t join article a on a.id = t.article join revision r on r.article = a.id and r.number = t.revision
cross join {READABLE} p left join passage_count n on n.thread = t.id and n.part = p.lineage::text
where t.id = $1 and p.kind <> '{HIDDEN}' and p.text <> '' order by p.position
"""  # noqa: S608 constants only
QUOTE_SHOWN = f"case when {QUOTE} is not null then {DISPLAY} else '' end"
SELECT_COMMENTS = f"""
select c.id, c.thread, c.version, {QUOTE_SHOWN} as shown, c.author, c.stance, t.topic, r.lang,
       coalesce(c.statement, '') as statement, coalesce({QUOTE}, '') as quote, c.html, c.best, c.created_at as at
from comment c join thread t on t.id = c.thread join article a on a.id = t.article
join revision r on r.article = a.id and r.number = t.revision
where c.id = any($1::bigint[]) and {IS_VISIBLE} and c.collapsed is null
"""  # noqa: S608 constants only
# Comments of a thread that are not in the index as they are now.
SELECT_STALE = f"""
select c.id from comment c join thread t on t.id = c.thread join article a on a.id = t.article
left join search_document d on d.kind = 3 and d.source = c.id
where c.thread = $1 and c.id > $2 and {IS_VISIBLE} and c.collapsed is null
  and (d.id is null or d.version <> c.version or d.shown <> {QUOTE_SHOWN})
order by c.id limit {BATCH}
"""  # noqa: S608 constants only


async def of_article(thread: int) -> list[Document]:
    """Return the documents of a thread's article and of the passages of its newest revision."""
    [article] = await db.fetch(SourceArticle, SELECT_ARTICLE, thread)
    passages = await db.fetch(SourcePassage, SELECT_PASSAGES, thread)
    return [_article(article, passages), *(_passage(article, passage) for passage in passages)]


def _article(article: SourceArticle, passages: Sequence[SourcePassage]) -> Document:
    text = "\n".join(passage.text for passage in passages)[:LONGEST_DOCUMENT]
    headings = "\n".join(passage.text for passage in passages if passage.kind == "heading")[:LONGEST_DOCUMENT]
    return Document(
        kind=Kind.ARTICLE,
        source=article.thread,
        thread=article.thread,
        version=article.version,
        shown=article.shown,
        prior=12 + min(3, len(str(article.comment_count)) - 1),
        at=article.at,
        configuration=configuration(article.title + text, article.lang),
        filters=" ".join(
            [
                *filter_words(article.thread, article.topic, language(article.lang), article.starter),
                *(TITLE_WORD + word for word in index_words(article.title).split()),
            ]
        ),
        a=searched_words(article.title),
        b=index_words(f"{article.byline}\n{headings}"),
        c=searched_words(text),
    )


def _passage(article: SourceArticle, passage: SourcePassage) -> Document:
    return Document(
        kind=Kind.PASSAGE,
        source=passage.lineage,
        thread=article.thread,
        version=article.version,
        shown=article.shown,
        prior=8 + min(7, passage.comments.bit_length()),
        at=article.at,
        configuration=configuration(passage.text, article.lang),
        filters=" ".join(filter_words(article.thread, article.topic, language(article.lang))),
        c=searched_words(passage.text[:LONGEST_DOCUMENT]),
    )


async def of_comments(ids: Sequence[int]) -> list[Document]:
    """Return the documents of these comments, without comments that not everybody can read."""
    return [_comment(comment) for comment in await db.fetch(SourceComment, SELECT_COMMENTS, list(ids))]


def _comment(comment: SourceComment) -> Document:
    text = excerpt(comment.html, LONGEST_DOCUMENT)
    lang = language_of(comment.html) or comment.lang
    return Document(
        kind=Kind.COMMENT,
        source=comment.id,
        thread=comment.thread,
        version=comment.version,
        shown=comment.shown,
        prior=min(15, int(16 * comment.best)),
        at=comment.at,
        configuration=configuration(text, lang),
        filters=" ".join(filter_words(comment.thread, comment.topic, language(lang), comment.author, comment.stance)),
        c=searched_words(f"{comment.statement}\n{text}"),
        d=index_words(comment.quote),
    )


def searched_words(text: str) -> str:
    """Return the words by which a text is found."""
    return f"{index_words(text)} {extra_words(text)}"


def filter_words(
    thread: int | None, topic: str | None, lang: str | None, author: int | None = None, stance: str | None = None
) -> list[str]:
    """Return filters as words of the index, which no text contains."""
    filters = {"t": thread, "o": topic, "l": lang, "a": author, "s": stance}
    return [f"^{letter}{value}" for letter, value in filters.items() if value]


async def stale_comments(thread: int, after: int) -> list[int]:
    """Return comments of a thread that are not indexed as they are now, the first BATCH with ids above `after`."""
    return await db.values(SELECT_STALE, thread, after)
