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
        return [one.decision for group in (self.comments, self.authors) for one in group.values() if one.decision]


async def decide(
    viewer: Viewer, found: list[FoundComment], choice: Choice, sanction: Choice | None, *, commit: bool
) -> Outcomes:
    """Decide on each comment and then, with a `sanction`, on each of their authors; roll each back unless `commit`."""
    comments = {
        one.id: await bulk.outcome(
            one.id, partial(in_place.decide_on, viewer, "comment", one.id, one.thread, choice), commit=commit
        )
        for one in found
    }
    authors = {one.author_id for one in found if one.author_id is not None} if sanction else set()
    return Outcomes(
        comments, {author: await _sanction(viewer, author, sanction, commit=commit) for author in sorted(authors)}
    )


async def _sanction(viewer: Viewer, author: int, choice: Choice | None, *, commit: bool) -> Outcome:
    decide_on = partial(in_place.decide_on, viewer, "member", author, None, choice or Choice(0, 0, ""))
    return await bulk.outcome(author, decide_on, commit=commit)
