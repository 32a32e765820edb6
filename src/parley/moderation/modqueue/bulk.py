"""One decision on many items or comments, each in its own transaction, so that a refusal affects one only."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial

import msgspec

from parley.discussion.comments.tables import Comment
from parley.moderation.decisions import ops as decisions
from parley.moderation.decisions import undoing
from parley.moderation.decisions.removal_limit import ConfirmationNeeded
from parley.moderation.decisions.rules import Choice, Stale
from parley.moderation.decisions.tables import Decision
from parley.moderation.modqueue import in_place
from parley.moderation.modqueue.comments import FoundComment
from parley.moderation.reports import targets
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import ParleyError
from parley.platform.rehearsals import rehearsing
from parley.platform.text.messages import N_, Message


class Outcome(msgspec.Struct, frozen=True):
    """The result for one item: the id of its decision, None in a rehearsal, or the reason of a refusal."""

    item: int
    refusal: Message | None = None
    decision: int | None = None
    # Whether only the moderator's name, typed, is missing.
    needs_confirmation: bool = False


class _RehearsedError(Exception):
    """Rolls back a rehearsal."""


async def decide(viewer: Viewer, choices: list[Choice], *, commit: bool) -> list[Outcome]:
    """Decide on each item in turn; unless `commit`, roll each decision back."""
    return [await _outcome(choice.item, partial(decisions.decide, viewer, choice), commit=commit) for choice in choices]


async def _outcome(item: int, decide: Callable[[], Awaitable[int]], *, commit: bool) -> Outcome:
    try:
        async with db.atomic():
            with rehearsing(on=not commit):
                decision = await decide()
            if not commit:
                raise _RehearsedError  # noqa: TRY301 it is what rolls this one back
    except _RehearsedError:
        return Outcome(item)
    except ParleyError as refusal:
        return Outcome(item, refusal.message, needs_confirmation=isinstance(refusal, ConfirmationNeeded))
    return Outcome(item, decision=decision)


async def waiting(decisions: Iterable[int | None]) -> int:
    """How many of these decisions were made as proposals, for a second moderator."""
    made = [decision for decision in decisions if decision]
    return await Decision.count().where(Decision.id.is_in(made), Decision.state == "awaiting") if made else 0


async def undo(viewer: Viewer, decision_of: Mapping[int, int]) -> list[Outcome]:
    """Undo one's decisions, given by item, the last first."""
    outcomes = []
    for item in reversed(decision_of):
        refusal = None
        try:
            await undoing.undo(viewer, decision_of[item])
        except ParleyError as error:
            refusal = error.message
        outcomes.append(Outcome(item, refusal))
    return outcomes


class CommentOutcomes(msgspec.Struct, frozen=True):
    """The outcome for each comment and each author, by their ids; in a rehearsal, what it would be."""

    comments: dict[int, Outcome]
    authors: dict[int, Outcome]

    @property
    def made(self) -> list[int]:
        """The ids of the decisions, in the order in which they were made."""
        outcomes = [*self.comments.values(), *self.authors.values()]
        return [outcome.decision for outcome in outcomes if outcome.decision]


async def decide_comments(
    viewer: Viewer,
    chosen: list[FoundComment],
    choice: Choice,
    sanction: Choice | None,
    *,
    versions: Mapping[int, int | None],
    commit: bool,
) -> CommentOutcomes:
    """Decide on each comment and then, with a `sanction`, on each of their authors; unless `commit`, roll each back.

    `versions` are those of the texts that the moderator saw, by comment.
    """
    comments = {
        comment.id: await _outcome(
            comment.id, partial(_decide_as_seen, viewer, comment, versions[comment.id], choice), commit=commit
        )
        for comment in chosen
    }
    if sanction is None:
        return CommentOutcomes(comments, {})
    # Nobody is sanctioned for comments on which nothing could be decided.
    decided = [comment for comment in chosen if comments[comment.id].refusal is None]
    threads = {comment.author_id: comment.thread for comment in decided if comment.author_id is not None}
    decide_on = partial(in_place.decide_on_author, viewer, choice=sanction)
    authors = {
        author: await _outcome(author, partial(decide_on, author, thread), commit=commit)
        for author, thread in sorted(threads.items())
    }
    return CommentOutcomes(comments, authors)


async def _decide_as_seen(viewer: Viewer, comment: FoundComment, version: int | None, choice: Choice) -> int:
    await targets.lock("comment", comment.id)
    if version != await db.value(Comment.select(Comment.version).where(Comment.id == comment.id)):
        raise Stale(N_("Its author changed this comment in the meantime. Please read it again."))
    return await in_place.decide_on(viewer, "comment", comment.id, comment.thread, choice)
