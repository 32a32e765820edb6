"""`parley digest`: preview a member's next issue, say why a comment is not in it, and build the issues that are due."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import rich_click as click

from parley.letters.digests import absence, jobs, queries
from parley.letters.digests.preview import count_due, next_issue
from parley.letters.digests.queries import SubscriptionRow
from parley.people.accounts import names
from parley.people.accounts.tables import Member
from parley.platform import db
from parley.platform.errors import CommandFailed
from parley.site.cli.running import ID, on_installation, progress


@click.group()
def digest() -> None:
    """Preview a member's digest, or build the digests that are due."""


@digest.command()
@click.argument("member")
@click.option("--html", "as_html", is_flag=True, help="Print the letter's HTML instead of its text.")
@on_installation
async def preview(member: str, *, as_html: bool) -> dict[str, Any]:
    """Show the next issue of MEMBER as it would be now. Nothing is sent or recorded."""
    subscription = await _load_subscription(member)
    shown = await next_issue(subscription, subscription.schedule, datetime.now(UTC))
    due = f"{shown.due.at:%Y-%m-%d %H:%M} UTC" if shown.due else "never: the digest is off"
    if shown.letter is None:
        return {"text": f"Next issue: {due}.\nIt would be empty now, so nothing would be sent.", "due": due}
    letter = shown.letter
    head = f"Next issue: {due}\nSubject: {letter.subject}\n"
    text = letter.html if as_html else f"{head}\n{letter.text}"
    return {"text": text, "due": due, "subject": letter.subject, "plain": letter.text, "html": letter.html}


@digest.command()
@click.argument("member")
@click.argument("comment", type=ID)
@on_installation
async def why(member: str, comment: int) -> dict[str, Any]:
    """Say why COMMENT, a number as in /c/123, is not in MEMBER's next issue. Nothing is sent or recorded."""
    reasons = await absence.reasons(await _load_subscription(member), comment, datetime.now(UTC))
    if reasons is None:
        raise CommandFailed(f"There is no comment {comment}.")
    text = "\n".join(reasons) or "It is in the next issue."
    return {"text": text, "included": not reasons, "reasons": reasons}


async def _load_subscription(member: str) -> SubscriptionRow:
    number = await db.value(Member.select(Member.id).where(Member.name_key == names.key(member)))
    subscription = await queries.subscription_of(number) if number else None
    if subscription is None:
        raise CommandFailed(f"There is no member {member} with a confirmed address.")
    return subscription


@digest.command()
@click.option("--dry-run", is_flag=True, help="Build nothing; count what would be built.")
@on_installation
async def run(*, dry_run: bool) -> dict[str, Any]:
    """Plan and build the issues that are due now, as the worker does every minute."""
    if not dry_run:
        built = await jobs.run()
        return {"text": f"{_count(built, 'issue', 'issues')} built.", "built": built}
    with progress("Choosing") as step:
        result = await count_due(datetime.now(UTC), lambda done, of: step(advance=done, total=of))
    text = (
        f"{_count(result.due, 'issue is', 'issues are')} due: {_count(result.letters, 'letter', 'letters')} with "
        f"{_count(result.items, 'item', 'items')} in all, {result.empty:,} empty, {result.asked:,} asked "
        "whether they still want it."
    )
    return {"text": text, **msgspec.structs.asdict(result)}


def _count(amount: int, one: str, many: str) -> str:
    return f"{amount:,} {one if amount == 1 else many}"
