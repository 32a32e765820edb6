"""Updating a thread's article with what its source says now, whoever brought that: a check, the operator, a member.

Conflicts with corrections made here wait, as an update that nobody suggested, until somebody decides them.
"""

from collections.abc import Awaitable, Callable, Sequence

import msgspec

from parley.articles import ops as articles
from parley.articles import versions
from parley.articles.drafts import encode
from parley.articles.revising import RevisionNote
from parley.articles.updating import Update, keep_source
from parley.articles.versions import Kept
from parley.core import db
from parley.core.http.access import Viewer
from parley.core.http.pages import plural
from parley.threads.ops import revise_thread

# Who is notified of a suggestion, and of what became of it: given the suggestion's id (notifications/ops.py).
when_changed: list[Callable[[int], Awaitable[None]]] = []
# What follows a look at a suggestion: given the member and the suggestion's id. Returns how many notifications are
# unread then, None if as many as before.
when_seen: list[Callable[[int, int], Awaitable[int | None]]] = []


class Taken(msgspec.Struct, frozen=True):
    """What an update did to an article's passages, how many corrections stay, and the conflicts that wait."""

    revised: bool
    changed: int
    added: int
    removed: int
    corrections: int
    conflicts: int
    # The id of the suggested update that holds the conflicts.
    waiting: int | None

    def __str__(self) -> str:
        kept = [(self.corrections, "correction kept", "corrections kept"), (self.conflicts, "conflict", "conflicts")]
        stays = ", ".join(plural(*one) for one in kept if one[0])
        did = f"Updated: {self._changes}" if self.revised else "Not updated: no paragraph changed"
        return f"{did}; {stays}" if stays else did

    @property
    def _changes(self) -> str:
        counts = {"changed": self.changed, "added": self.added, "removed": self.removed}
        (first, *rest) = [(word, number) for word, number in counts.items() if number] or [("moved", 0)]
        paragraphs = plural(first[1], "paragraph", "paragraphs") if first[1] else "paragraphs"
        return ", ".join([f"{paragraphs} {first[0]}", *(f"{number:,} {word}" for word, number in rest)])


async def take_update(
    thread: int, article: int, update: Update, edit: RevisionNote | None = None, *, decided: bool
) -> Taken:
    """Write an update as the next revision where it changes anything. Its conflicts wait unless they are `decided`."""
    async with db.atomic():
        before = await versions.newest(article)
        revised = await revise_thread(thread, update.text, edit)
        if update.said.fetched is not None:
            await articles.note_fetched(article, update.said.fetched)
        conflicts = 0 if decided else len(update.merged.conflicts)
        await keep_source(article, update.said.passages, update.merged.undecided if conflicts else None)
        waiting = await _let_wait(thread, update) if conflicts else None
        if waiting is None:
            await db.execute(SETTLE, thread)
        after = await versions.newest(article)
    return Taken(revised is not None, *_count(before, after), update.merged.corrections, conflicts, waiting)


def _count(before: Sequence[Kept], after: Sequence[Kept]) -> tuple[int, int, int]:
    """How many passages changed, were added and removed."""
    old, new = ({one.lineage: (one.kind, one.level, one.html) for one in some} for some in (before, after))
    changed = sum(old[lineage] != new[lineage] for lineage in old.keys() & new.keys())
    return changed, len(new.keys() - old.keys()), len(old.keys() - new.keys())


WAIT = """
insert into suggested_update (thread, draft) values ($1, $2)
on conflict (thread) where state = 'waiting' and member is null
do update set draft = excluded.draft, created_at = now()
returning id
"""
# What was in conflict is decided with another update of the article, or is no conflict any more.
SETTLE = """
update suggested_update set state = 'accepted', decided_at = now(), draft = null
where thread = $1 and state = 'waiting' and member is null
"""


async def _let_wait(thread: int, update: Update) -> int:
    made: int = await db.value(WAIT, thread, encode(update.said))
    await tell(made)
    return made


async def note_seen(viewer: Viewer, suggestion: int) -> Viewer:
    """`viewer` looked at a suggestion, so that their notice of it is read; returns them with what is unread now."""
    for note in when_seen:
        unread = await note(viewer.id, suggestion)
        viewer = viewer if unread is None else msgspec.structs.replace(viewer, unread=unread)
    return viewer


async def tell(suggestion: int) -> None:
    """Notify whom a suggestion, or its decision, concerns."""
    for notify in when_changed:
        await notify(suggestion)
