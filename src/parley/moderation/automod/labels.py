"""What webhooks say of comments: labels with a score, and the rules that look at them.

A webhook is asked after the comment was published (interfaces/webhooks), so nothing waits for it. By itself a label
does nothing; a rule with the condition `label` runs when one arrives.
"""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from parley.discussion.commenting.drafts import CommentEdit
from parley.discussion.comments import states
from parley.discussion.comments.rules import ALL_WORDS, CommentState
from parley.moderation.automod import acting, edits
from parley.moderation.matching import current, facts
from parley.moderation.matching.budget import Judged
from parley.moderation.matching.evaluate import ActiveRule, waits_for_labels
from parley.moderation.matching.post import Label
from parley.moderation.reports.hiding import WAS_KEPT_UP
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import NotFound
from parley.platform.http.access import MODERATOR

SELECT_QUESTION = f"""
select c.id, c.version, {ALL_WORDS} as text from comment c where c.id = $1 and c.state = 'visible'
"""  # noqa: S608 constants only
SAVE = """
insert into comment_label (comment, version, webhook, source, label, score, created_at)
values ($1, $2, $3, $4, $5, $6, now())
on conflict (comment, webhook) do update set version = excluded.version, source = excluded.source,
  label = excluded.label, score = excluded.score, created_at = excluded.created_at
"""
SELECT_LABELS = """
select l.source, l.label, l.score, l.created_at from comment_label l join comment c on c.id = l.comment
where l.comment = $1 and l.version = c.version order by l.id
"""
SELECT_LABELLED = f"""
select c.version, {ALL_WORDS} as body, case when c.statement is null then c.html else '' end as html, c.assisted,
       m.id as author, m.name, m.role
from comment c join member m on m.id = c.author where c.id = $1
"""  # noqa: S608 constants only
# The rules that matched this version of it.
SELECT_MATCHED = """
select h.rule from hit h join comment c on c.id = h.comment
where c.id = $1 and h.created_at >= coalesce(c.edited_at, c.created_at)
"""


class Question(msgspec.Struct, frozen=True):
    """What a webhook is asked about: a version of a comment."""

    id: int
    version: int
    text: str


class Judgement(msgspec.Struct, frozen=True):
    """What a webhook answers; other fields of its answer are ignored."""

    label: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._/-]*\Z", max_length=40)]
    score: Annotated[float, Meta(ge=0, le=1)]


class LabelRow(msgspec.Struct, frozen=True):
    """A label of the present version of a comment, and the host of the webhook that gave it."""

    source: str
    label: str
    score: float
    created_at: datetime


class LabelledComment(msgspec.Struct, frozen=True):
    version: int
    body: str
    html: str
    assisted: bool
    author: int
    name: str
    role: str

    def edit_of(self, comment: CommentState) -> CommentEdit:
        viewer = Viewer(self.author, self.name, self.role, verified=True, session=0)
        return CommentEdit(comment.id, comment.thread, viewer, self.body, self.html, self.assisted)


async def question(comment: int) -> Question | None:
    """What to ask about a comment; None unless everybody can read it."""
    return await db.fetch_one(Question, SELECT_QUESTION, comment)


async def of_comment(comment: int) -> list[LabelRow]:
    return await db.fetch(LabelRow, SELECT_LABELS, comment)


async def save(asked: Question, webhook: int, source: str, said: Judgement) -> None:
    """Save what a webhook said, and run the rules that look at it. Nothing happens if the comment changed since."""

    async def work(comment: CommentState) -> None:
        known = await db.fetch_one(LabelledComment, SELECT_LABELLED, comment.id)
        if known is None or known.version != asked.version or comment.state not in {"visible", "hidden"}:
            return
        await db.execute(SAVE, comment.id, asked.version, webhook, source, said.label.casefold(), said.score)
        if comment.state == "visible":
            await _run_rules(comment, known)

    try:
        await states.locked(asked.id, work)
    except NotFound:
        return


async def _run_rules(comment: CommentState, known: LabelledComment) -> None:
    edit, rules = known.edit_of(comment), await _rules(comment.id)
    if not rules or edit.author.access >= MODERATOR or await db.value(WAS_KEPT_UP, comment.id):
        return
    labels = [Label(one.label, one.score) for one in await of_comment(comment.id)]
    judged = await edits.judge(edit, await facts.author(known.author), rules, labels)
    if judged.hits:
        # A rule that took too long holds nothing that is published.
        await acting.act(comment.id, Judged(judged.hits))


async def _rules(comment: int) -> list[ActiveRule]:
    """The rules in force that look at labels and have not matched this version."""
    rules = [rule for rule in (await current.in_force()).rules if waits_for_labels(rule)]
    matched = set(await db.values(SELECT_MATCHED, comment)) if rules else set()
    return [rule for rule in rules if rule.id not in matched]
