"""Fields and path parameters that several schemas have, with what they mean: the API's description shows it."""

from datetime import datetime
from typing import Annotated, Literal, TypeVar

from litestar.params import PathParameter
from msgspec import Meta

Item = TypeVar("Item")
Stance = Literal["supports", "challenges", "adds", "asks"]

AppealPath = Annotated[str, PathParameter(description="The id of an appeal.")]
CommentPath = Annotated[str, PathParameter(description="The id of a comment.")]
DecisionPath = Annotated[str, PathParameter(description="The id of a decision.")]
ImportPath = Annotated[str, PathParameter(description="The id of an article that is being added.")]
ItemPath = Annotated[str, PathParameter(description="The id of an item of the queue.")]
NamePath = Annotated[str, PathParameter(description="The name of a member.")]
ThreadPath = Annotated[str, PathParameter(description="The id of a thread.")]
UpdatePath = Annotated[str, PathParameter(description="The id of a suggested update.")]

Action = Annotated[str, Meta(description="The action, such as `remove`, `collapse`, `warn` or `approve`.")]
Answer = Annotated[str, Meta(description="The answer in words, for the member.")]
AppealState = Annotated[
    str | None, Meta(description="The state of the appeal, such as `filed` or `upheld`; null for none.")
]
AssignedTo = Annotated[str | None, Meta(description="The name of the moderator it is assigned to; null: nobody.")]
Assisted = Annotated[bool, Meta(description="Whether it was written with the help of an AI, as its author says.")]
Automated = Annotated[bool, Meta(description="Whether a rule decided, and no person.")]
Body = Annotated[str, Meta(description="The text, in Markdown; empty where it is not visible.")]
Byline = Annotated[str, Meta(description="The authors of the article, as its source names them.")]
BylineOrNone = Annotated[str | None, Meta(description="The authors of the article, as its source names them.")]
CommentCount = Annotated[int, Meta(description="Number of comments, with the places of deleted ones.")]
CommentId = Annotated[int, Meta(description="The id of a comment.")]
CommentOrNone = Annotated[int | None, Meta(description="The id of a comment; null: it is about none.")]
CreatedAt = Annotated[datetime, Meta(description="When it was made.")]
Confirm = Annotated[
    str, Meta(description="My name, where the answer 422 asked for it: I removed a lot, and I am the only moderator.")
]
Days = Annotated[int | None, Meta(description="Number of days; null: permanently, where the action has an end.")]
DecisionId = Annotated[int, Meta(description="The id of a decision.")]
Excerpt = Annotated[str, Meta(description="The beginning or the part that fits, as plain text.")]
Html = Annotated[str, Meta(description="The text as safe HTML; empty where it is not visible.")]
Id = Annotated[int, Meta(description="Its id.")]
Items = Annotated[list[Item], Meta(description="What was asked for, at most `limit` of it.")]
Kind = Annotated[
    str,
    Meta(description="What it is, or is about, such as `comment`, `article` or `member`; of an event, what happened."),
]
Language = Annotated[str | None, Meta(description="The language, as a code such as `en`.")]
LastActivityAt = Annotated[datetime, Meta(description="When something was last written or changed in it.")]
Licence = Annotated[str | None, Meta(description="The address of the licence; null: none is named.")]
Lineage = Annotated[int | None, Meta(description="The lineage of a passage of the article; null: none.")]
MemberOrNone = Annotated[
    str | None, Meta(description="The name of the member; null: it came from the source, or is not shown.")
]
Name = Annotated[str, Meta(description="The name.")]
NewStance = Annotated[Stance | None, Meta(description="`supports`, `challenges`, `adds` or `asks`; null for none.")]
NextPage = Annotated[str | None, Meta(description="The address of the next page; null on the last one.")]
Offer = Annotated[str, Meta(description="Signed by the site with the statement: the answer then counts as asked.")]
Parent = Annotated[
    int | None, Meta(description="The id of the comment that it answers; null: none, it is at the top level.")
]
People = Annotated[int, Meta(description="Number of people who took part.")]
PublishedAt = Annotated[
    datetime | None, Meta(description="When the article was published; null: its source does not say.")
]
Quote = Annotated[str, Meta(description="Words of the passage or of the comment, exactly as they are there.")]
QuoteOrNone = Annotated[
    str | None, Meta(description="Words of the passage or of the comment, exactly as they are there.")
]
Reason = Annotated[str, Meta(description="Why, in words for those whom it concerns.")]
Revision = Annotated[int, Meta(description="The number of the article's version, from 1.")]
Role = Annotated[str, Meta(description="`member`, `moderator` or `admin`.")]
Rule = Annotated[str, Meta(description="The code of the rule (`/api/v1/rules`) that is broken.")]
RuleTitle = Annotated[str | None, Meta(description="The title of the rule that is broken; null for none.")]
SelfDescription = Annotated[str, Meta(description="What they are, in a few words of their own; may be empty.")]
Since = Annotated[datetime, Meta(description="Since when.")]
Site = Annotated[str | None, Meta(description="The name of the site that the article comes from; null for none.")]
Sitting = Annotated[
    str, Meta(description="Which statements I was asked in this sitting. Empty at first; then as last answered.")
]
StanceOrNone = Annotated[str | None, Meta(description="`supports`, `challenges`, `adds` or `asks`; null for none.")]
State = Annotated[str, Meta(description="The state that it is in.")]
StatementOrNone = Annotated[
    str | None, Meta(description="The comment in one sentence of up to 140 characters; null for none.")
]
Text = Annotated[str, Meta(description="The text.")]
Thesis = Annotated[
    str, Meta(description="What the article claims, in one sentence of up to 120 characters; empty for none.")
]
ThesisOrNone = Annotated[
    str | None, Meta(description="What the article claims, in one sentence of up to 120 characters.")
]
TextOrNone = Annotated[str | None, Meta(description="The text.")]
ThreadId = Annotated[int, Meta(description="The id of a thread.")]
ThreadOrNone = Annotated[int | None, Meta(description="The id of a thread; null: it is in none.")]
ThreadState = Annotated[str, Meta(description="`open`, `locked` or `archived`.")]
Title = Annotated[str, Meta(description="The title.")]
TitleOrNone = Annotated[str | None, Meta(description="The title; null where nobody may see it.")]
TypedTitle = Annotated[
    str,
    Meta(
        description="The title of the article: I remove it, take its text down or archive its thread at once. Empty: a "
        "second moderator has to agree."
    ),
]
TopicSlug = Annotated[str, Meta(description="The slug of a topic.")]
Until = Annotated[datetime | None, Meta(description="When it ends; null: never.")]
Url = Annotated[str, Meta(description="The address.")]
VersionNumber = Annotated[int, Meta(description="The number of the version, from 1.")]
Words = Annotated[int, Meta(description="Number of words.")]
