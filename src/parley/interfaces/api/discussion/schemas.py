"""What the API answers. Times are UTC (RFC 3339), ids are numbers, texts are Markdown unless they are called `html`."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from parley.interfaces.api import fields


class Topic(msgspec.Struct, frozen=True):
    slug: Annotated[str, Meta(description="The name of the topic in addresses.")]
    name: fields.Name


class Topics(msgspec.Struct, frozen=True):
    items: fields.Items[Topic]


class Rule(msgspec.Struct, frozen=True):
    """A published rule."""

    code: Annotated[str, Meta(description="What reports and decisions call it by.")]
    title: fields.Title
    text: fields.Text
    illegal: Annotated[bool, Meta(description="Whether it is about illegal content.")]


class Rules(msgspec.Struct, frozen=True):
    items: fields.Items[Rule]


class Balance(msgspec.Struct, frozen=True):
    supports: Annotated[int, Meta(description="Number of responses that support the words they are on.")]
    challenges: Annotated[int, Meta(description="Number of responses that challenge the words they are on.")]
    adds: Annotated[int, Meta(description="Number of responses that add to the words they are on.")]
    asks: Annotated[int, Meta(description="Number of responses that ask.")]
    none: Annotated[int, Meta(description="Number of responses without a stance.")]


class ThreadSummary(msgspec.Struct, frozen=True):
    """A thread in a list."""

    id: fields.Id
    url: fields.Url
    title: fields.Title
    topic: fields.TopicSlug
    state: fields.ThreadState
    site: fields.Site
    byline: fields.BylineOrNone
    excerpt: fields.Excerpt
    comment_count: fields.CommentCount
    people: fields.People
    balance: Annotated[Balance, Meta(description="How many responses take each stance.")]
    created_at: fields.CreatedAt
    last_activity_at: fields.LastActivityAt


class ThreadPage(msgspec.Struct, frozen=True):
    items: fields.Items[ThreadSummary]
    next: fields.NextPage


class Passage(msgspec.Struct, frozen=True):
    lineage: Annotated[int, Meta(description="The id of the passage, which stays when the article is edited.")]
    kind: fields.Kind
    text: fields.Text
    html: fields.Html


class Article(msgspec.Struct, frozen=True):
    """The newest version of an article. If its publisher allows only an excerpt, its passages have no more."""

    url: Annotated[str | None, Meta(description="The address.")]
    site: fields.Site
    title: fields.Title
    byline: fields.BylineOrNone
    lang: fields.Language
    display: Annotated[str, Meta(description="What is shown of the text: `full`, `parts`, `excerpt` or `none`.")]
    licence: fields.Licence
    reservations: Annotated[
        list[str],
        Meta(description="What the page of the article or this site forbids, such as `tdm-reservation` (data mining)."),
    ]
    revision: fields.Revision
    published_at: fields.PublishedAt
    updated_at: Annotated[datetime | None, Meta(description="When its source last changed it; null: it does not say.")]
    words: fields.Words
    passages: Annotated[list[Passage], Meta(description="The passages of the article, in order.")]


class ThesisAnswers(msgspec.Struct, frozen=True):
    """How members answered a thesis, as far as that is published: in steps, from ten answers on, rounded to 5 %."""

    count: Annotated[int, Meta(description="How many answered at least.")]
    agree: Annotated[int, Meta(description="Per cent who agree.")]
    disagree: Annotated[int, Meta(description="Per cent who disagree.")]
    unsure: Annotated[int, Meta(description="Per cent who are unsure; 0: fewer than 5.")]


class Thesis(msgspec.Struct, frozen=True):
    """What an article claims, in one sentence, which members agree or disagree with."""

    text: fields.Thesis
    version: Annotated[int, Meta(description="The number of these words: new words are a new thesis.")]
    answers: Annotated[ThesisAnswers | None, Meta(description="How members answered; null: too few did.")]
    created_at: fields.CreatedAt


class Voice(msgspec.Struct, frozen=True):
    """One side of a disagreement."""

    comment: fields.CommentId
    author: Annotated[str | None, Meta(description="The name of its author; null: a former member.")]
    text: Annotated[str, Meta(description="Its statement or, without one, how it begins.")]
    assisted: fields.Assisted


class Disagreement(msgspec.Struct, frozen=True):
    """Two responses to the same words, of which members accept mostly only one, or whose quotes overlap."""

    is_disputed: Annotated[
        bool, Meta(description="Whether members who agree with one mostly disagree with the other; else two views.")
    ]
    about: Annotated[str, Meta(description="What both are about: `sentence`, `passage` or `article`.")]
    passage: fields.Lineage
    quote: Annotated[str, Meta(description="Its first words; empty: the whole article, or words that are not shown.")]
    supports: Annotated[Voice, Meta(description="The response that supports it.")]
    challenges: Annotated[Voice, Meta(description="The response that challenges it.")]


class Thread(msgspec.Struct, frozen=True):
    """A thread with its article."""

    id: fields.Id
    url: fields.Url
    title: fields.Title
    topic: fields.TopicSlug
    state: fields.ThreadState
    reason: Annotated[str | None, Meta(description="Why moderators locked, slowed or archived it; null: they did not.")]
    slow_seconds: Annotated[int, Meta(description="How many seconds a member waits between two comments; 0: no wait.")]
    starter: Annotated[str | None, Meta(description="The name of the member who added the article; null: nobody here.")]
    comment_count: fields.CommentCount
    people: fields.People
    last_seq: Annotated[int, Meta(description="The number of the thread's newest event.")]
    created_at: fields.CreatedAt
    last_activity_at: fields.LastActivityAt
    thesis: Annotated[Thesis | None, Meta(description="What the article claims; null: nobody has said.")]
    disagreement: Annotated[
        Disagreement | None, Meta(description="The disagreement that the thread is shown by; null: there is none.")
    ]
    article: Annotated[Article, Meta(description="The article of the thread.")]


class Author(msgspec.Struct, frozen=True):
    name: fields.Name
    title: fields.SelfDescription
    is_member: Annotated[bool, Meta(description="Whether this is a member here, not a former or an imported name.")]
    is_articles_author: Annotated[bool, Meta(description="Whether the comment's author wrote the article.")]


class Anchor(msgspec.Struct, frozen=True):
    """The passage that a comment is about, and the quoted words."""

    passage: fields.Lineage
    state: Annotated[
        str | None, Meta(description="`same`, `changed`, `moved`, `kept`, or `lost`: the article no longer has it.")
    ]
    quote: fields.QuoteOrNone
    words: Annotated[str | None, Meta(description="The quoted words as they read now; null: unchanged, or not shown.")]


class Comment(msgspec.Struct, frozen=True):
    """A comment. One that is not visible is only a place in the tree: its texts are empty and it has no author."""

    id: fields.Id
    thread: fields.ThreadId
    parent: fields.Parent
    depth: Annotated[int, Meta(description="How many comments it is below a response to the article, which has 0.")]
    url: fields.Url
    state: Annotated[str, Meta(description="`visible`, `deleted`, `removed`, or `blocked` where I blocked its author.")]
    author: Annotated[Author | None, Meta(description="Who wrote it; null where nobody may see that.")]
    stance: fields.StanceOrNone
    statement: fields.StatementOrNone
    anchor: Annotated[
        Anchor | None, Meta(description="The passage and words that it is about; null: the whole article.")
    ]
    body: fields.Body
    html: fields.Html
    collapsed: Annotated[str | None, Meta(description="Why it is collapsed, in words; null: it is not.")]
    assisted: fields.Assisted
    version: Annotated[int, Meta(description="The number of its text: an edit makes it greater by one.")]
    worth_reading: Annotated[int, Meta(description="Votes that it is worth reading, less those that it is not.")]
    score: Annotated[
        int,
        Meta(description="The former name of `worth_reading`.", extra_json_schema={"deprecated": True}),
    ]
    ups: Annotated[int, Meta(description="Number of votes that it is worth reading.")]
    downs: Annotated[int, Meta(description="Number of votes that it is not worth reading.")]
    reply_count: Annotated[int, Meta(description="Number of direct replies.")]
    created_at: fields.CreatedAt
    edited_at: Annotated[datetime | None, Meta(description="When it was last edited; null: never.")]


class CommentPage(msgspec.Struct, frozen=True):
    items: fields.Items[Comment]
    next: fields.NextPage


class CommentVersion(msgspec.Struct, frozen=True):
    """A version of the text of a comment; the highest number is the present one."""

    number: fields.VersionNumber
    body: fields.Body
    statement: fields.StatementOrNone
    written_at: Annotated[datetime, Meta(description="When this version was written.")]


class CommentVersions(msgspec.Struct, frozen=True):
    items: fields.Items[CommentVersion]
    next: fields.NextPage
