"""One decision on many comments, and one on their authors, without a report; each can be rehearsed, and undone."""

from collections.abc import Mapping
from functools import partial

import msgspec

from parley.discussion.comments.tables import Comment
from parley.moderation.decisions.rules import Choice, Stale
from parley.moderation.modqueue import bulk, in_place
from parley.moderation.modqueue.bulk import Outcome
from parley.moderation.modqueue.comments import FoundComment
from parley.moderation.reports import targets
from parley.platform import db
from parley.platform.http.access import Viewer
from parley.platform.text.messages import N_


class Outcomes(msgspec.Struct, frozen=True):
    """The outcome for each comment and each author, by their ids; in a rehearsal, what it would be."""

    comments: dict[int, Outcome]
    authors: dict[int, Outcome]

    @property
    def made(self) -> list[int]:
        """The ids of the decisions, in the order in which they were made."""
        return [
            outcome.decision
            for group in (self.comments, self.authors)
            for outcome in group.values()
            if outcome.decision
        ]


async def decide(
    viewer: Viewer,
    chosen: list[FoundComment],
    choice: Choice,
    sanction: Choice | None,
    *,
    versions: Mapping[int, int | None],
    commit: bool,
) -> Outcomes:
    """Decide on each comment and then, with a `sanction`, on each of their authors; roll each back unless `commit`.

    `versions` are those of the texts that the moderator saw, by comment.
    """
    comments = {
        comment.id: await bulk.outcome(
            comment.id, partial(_decide_as_seen, viewer, comment, versions[comment.id], choice), commit=commit
        )
        for comment in chosen
    }
    # Nobody is sanctioned for comments on which nothing could be decided.
    decided = [comment for comment in chosen if comments[comment.id].refusal is None] if sanction else []
    authors = {comment.author_id for comment in decided if comment.author_id is not None}
    return Outcomes(
        comments, {author: await _sanction(viewer, author, sanction, commit=commit) for author in sorted(authors)}
    )


async def _decide_as_seen(viewer: Viewer, comment: FoundComment, version: int | None, choice: Choice) -> int:
    await targets.lock("comment", comment.id)
    if version != await db.value(Comment.select(Comment.version).where(Comment.id == comment.id)):
        raise Stale(N_("Its author changed this comment in the meantime. Please read it again."))
    return await in_place.decide_on(viewer, "comment", comment.id, comment.thread, choice)


async def _sanction(viewer: Viewer, author: int, choice: Choice | None, *, commit: bool) -> Outcome:
    decide_on = partial(in_place.decide_on, viewer, "member", author, None, choice or Choice(0, 0, ""))
    return await bulk.outcome(author, decide_on, commit=commit)
