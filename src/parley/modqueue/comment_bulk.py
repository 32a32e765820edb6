"""One decision on many comments, and one on their authors, without a report; each can be rehearsed, and undone."""

from functools import partial

import msgspec

from parley.core.http.access import Viewer
from parley.decisions.rules import Choice
from parley.modqueue import bulk, in_place
from parley.modqueue.bulk import Outcome
from parley.modqueue.comments import FoundComment


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
    viewer: Viewer, chosen: list[FoundComment], choice: Choice, sanction: Choice | None, *, commit: bool
) -> Outcomes:
    """Decide on each comment and then, with a `sanction`, on each of their authors; roll each back unless `commit`."""
    comments = {
        comment.id: await bulk.outcome(
            comment.id,
            partial(in_place.decide_on, viewer, "comment", comment.id, comment.thread, choice),
            commit=commit,
        )
        for comment in chosen
    }
    # Nobody is sanctioned for comments on which nothing could be decided.
    decided = [comment for comment in chosen if comments[comment.id].refusal is None] if sanction else []
    authors = {comment.author_id for comment in decided if comment.author_id is not None}
    return Outcomes(
        comments, {author: await _sanction(viewer, author, sanction, commit=commit) for author in sorted(authors)}
    )


async def _sanction(viewer: Viewer, author: int, choice: Choice | None, *, commit: bool) -> Outcome:
    decide_on = partial(in_place.decide_on, viewer, "member", author, None, choice or Choice(0, 0, ""))
    return await bulk.outcome(author, decide_on, commit=commit)
