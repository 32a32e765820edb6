"""`parley log`: check that the moderation log was not changed, and print its head."""

from typing import Any

import rich_click as click

from parley.moderation.modlog import ops as modlog
from parley.moderation.modlog import replay
from parley.platform.errors import CommandFailed
from parley.site.cli.running import on_installation


@click.group()
def log() -> None:
    """Verify that the moderation log was not changed."""


@log.command()
@click.option("--head", metavar="ENTRY:HASH", help="A head that was printed earlier. The log must still contain it.")
@on_installation
async def verify(head: str | None) -> dict[str, Any]:
    """Verify the log's hash chain, and that decisions and what they restrict agree with it.

    Prints its length and head, or the first broken entry, or what disagrees with it.
    """
    if head is not None:
        await _compare(head)
    chain = await modlog.verify()
    if chain.broken is not None:
        raise CommandFailed(
            f"Entry {chain.broken:,} of the record is not as it was written, or one before it is missing. "
            f"The {chain.entries:,} before are whole."
        )
    await _replay()
    words = f"{chain.entries:,} {'entry' if chain.entries == 1 else 'entries'}, whole"
    if chain.forgotten:
        words += f", {chain.forgotten:,} with words that were erased"
    printed = f"{chain.entries}:{chain.hash}" if chain.entries else None
    return {
        "text": f"{words}; head {printed}" if printed else words,
        "entries": chain.entries,
        "head": printed,
        "forgotten": chain.forgotten,
    }


@log.command()
@on_installation
async def head() -> dict[str, Any]:
    """Print the head of the log: its newest entry and that one's hash. `verify` checks the hashes, this does not."""
    digest = await modlog.head()
    return {"text": digest or "The log has no entries.", "head": digest}


async def _replay() -> None:
    """Raise CommandFailed where a decision, or what it restricts, is not as the log says."""
    contradictions = await replay.contradictions()
    if contradictions:
        listed = ", ".join(
            f"{contradiction.kind} {contradiction.id} ({contradiction.what})" for contradiction in contradictions
        )
        raise CommandFailed(f"The record is whole, but what it tells of was changed without an entry: {listed}.")


async def _compare(head: str) -> None:
    """Raise CommandFailed unless the entry of this earlier head still has its hash."""
    entry, _, known = head.partition(":")
    if not (entry.isdecimal() and len(entry) <= len(str(2**62)) and known):
        raise CommandFailed("A head looks like 1234:0f3a…, as this command prints it.")
    digest = await modlog.hash_of(int(entry))
    if digest is None:
        raise CommandFailed(f"The record has no entry {int(entry):,} any more: it was cut short.")
    if digest != known.lower():
        raise CommandFailed(f"Entry {int(entry):,} is not the one that was there: the record was rewritten up to it.")
