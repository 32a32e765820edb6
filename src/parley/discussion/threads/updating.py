"""Updating a thread's article with a new text of its source, from a check, the command line or a member.

Conflicts with corrections made here become a suggested update without a member, which waits for a decision.
"""

from collections.abc import Awaitable, Callable, Sequence

import msgspec

from parley.articles.articles import ops as articles
from parley.articles.articles import versions
from parley.articles.articles.versions import StoredPassage
from parley.articles.imports.ops import encode
from parley.articles.revisions.revising import RevisionNote
from parley.articles.revisions.updating import SourceUpdate, store_source
from parley.discussion.threads.ops import revise_thread
from parley.discussion.threads.tables import SuggestedUpdate
from parley.platform import db

# Hooks that notify members of a suggestion or its decision. Each is called with the suggestion's id.
when_changed: list[Callable[[int], Awaitable[None]]] = []
# Hooks after a member opened a suggestion, called with the member's and the suggestion's id. Each returns how many
# notifications are unread now, or None if the number did not change.
when_seen: list[Callable[[int, int], Awaitable[int | None]]] = []

REPLACE_WAITING = """
update suggested_update set draft = $2, created_at = now() where thread = $1 and state = 'waiting' and member is null
returning id
"""
DECLINE_WAITING = """
update suggested_update set state = 'declined', answer = $2, decided_by = $3, decided_at = now(), draft = null
where thread = $1 and state = 'waiting' returning id
"""


class UpdateResult(msgspec.Struct, frozen=True):
    """How many passages an update changed, how many corrections stay, and how many conflicts wait."""

    revised: bool
    changed: int
    added: int
    removed: int
    corrections: int
    conflicts: int
    # The id of the suggested update that holds the conflicts.
    waiting: int | None

    def __str__(self) -> str:
        """What was done, for the command line."""
        kept = [(self.corrections, "correction kept", "corrections kept"), (self.conflicts, "conflict", "conflicts")]
        stays = ", ".join(_counted(*words) for words in kept if words[0])
        did = f"Updated: {self._changes}" if self.revised else "Not updated: no paragraph changed"
        return f"{did}; {stays}" if stays else did

    @property
    def _changes(self) -> str:
        counts = {"changed": self.changed, "added": self.added, "removed": self.removed}
        (first, *rest) = [(word, number) for word, number in counts.items() if number] or [("moved", 0)]
        paragraphs = _counted(first[1], "paragraph", "paragraphs") if first[1] else "paragraphs"
        return ", ".join([f"{paragraphs} {first[0]}", *(f"{number:,} {word}" for word, number in rest)])


def _counted(amount: int, one: str, many: str) -> str:
    return f"{amount:,} {one if amount == 1 else many}"


async def apply_update(
    thread: int, article: int, update: SourceUpdate, edit: RevisionNote | None = None, *, decided: bool
) -> UpdateResult:
    """Write an update as the next revision if it changes anything. Its conflicts wait unless they are `decided`."""
    async with db.atomic():
        before = await versions.newest(article)
        revised = await revise_thread(thread, update.text, edit)
        if update.source.fetched is not None:
            await articles.note_fetched(article, update.source.fetched)
        conflicts = 0 if decided else len(update.merged.conflicts)
        await store_source(article, update.source.passages, update.merged.undecided if conflicts else None)
        waiting = await _store_conflicts(thread, update) if conflicts else None
        if waiting is None:
            # This update decided the waiting conflicts, or they are no conflicts any more.
            is_open = (SuggestedUpdate.thread == thread) & (SuggestedUpdate.state == "waiting")
            closing = SuggestedUpdate.update(state="accepted", decided_at=db.NOW, draft=None)
            await closing.where(is_open, SuggestedUpdate.member.is_null())
        after = await versions.newest(article)
    return UpdateResult(
        revised is not None, *_count_changes(before, after), update.merged.corrections, conflicts, waiting
    )


def _count_changes(before: Sequence[StoredPassage], after: Sequence[StoredPassage]) -> tuple[int, int, int]:
    """How many passages changed, were added and removed."""
    old, new = (
        {passage.lineage: (passage.kind, passage.level, passage.html) for passage in some} for some in (before, after)
    )
    changed = sum(old[lineage] != new[lineage] for lineage in old.keys() & new.keys())
    return changed, len(new.keys() - old.keys()), len(old.keys() - new.keys())


async def _store_conflicts(thread: int, update: SourceUpdate) -> int:
    """Store the conflicts. Those who decide are notified once, even if the source changes again before that."""
    draft = encode(update.source)
    waiting: int | None = await db.value(REPLACE_WAITING, thread, draft)
    if waiting is None:
        [row] = await SuggestedUpdate.insert(SuggestedUpdate(thread=thread, draft=draft))
        waiting = int(row["id"])
        await notify_concerned(waiting)
    return waiting


async def note_seen(member: int, suggestion: int) -> int | None:
    """Mark the member's notifications of a suggestion as read. Return the new unread count, None if it is the same."""
    unread = None
    for note in when_seen:
        unread = await note(member, suggestion)
    return unread


async def notify_concerned(suggestion: int) -> None:
    for notify in when_changed:
        await notify(suggestion)


async def decline_waiting(thread: int, reason: str, actor: int | None) -> None:
    """Decline all that wait, and notify those who suggested them. The caller has locked the thread's row."""
    for suggestion in await db.values(DECLINE_WAITING, thread, reason, actor):
        await notify_concerned(suggestion)
