"""`parley feed`: feeds of other sites, whose articles become threads."""

from pathlib import Path
from typing import Any

import rich_click as click

from parley.interfaces.inbound_feeds import fetching, ops, queries
from parley.interfaces.inbound_feeds.ops import FeedUse
from parley.interfaces.inbound_feeds.queries import FeedRow
from parley.platform.errors import CommandFailed
from parley.site.cli.running import ID, existing, on_installation

TOPIC = click.option("--topic", required=True, help="Topic of the threads, such as research.")
MODE = click.option("--auto/--review", help="Make threads without a review, after ten approvals (default: --review).")


@click.group()
def feed() -> None:
    """Manage feeds of other sites, whose articles become threads here."""


@feed.command()
@click.argument("url")
@TOPIC
@MODE
@click.option("--full-text", "basis", default="", help="Show full texts, on this BASIS (default: excerpts).")
@on_installation
async def add(url: str, topic: str, basis: str, *, auto: bool) -> dict[str, Any]:
    """Add the feed at URL. Its ten newest articles are offered for review at /mod/feeds."""
    use = FeedUse(topic, "auto" if auto else "review", "full" if basis else "excerpt", basis)
    number = await ops.add_feed(None, url, use)
    return {"text": f"Feed {number} is added. The worker reads it within a minute.", "id": number, "url": url}


@feed.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@TOPIC
@MODE
@on_installation
async def import_(file: Path, topic: str, *, auto: bool) -> dict[str, Any]:
    """Add the feeds in an OPML FILE, as feed readers export it. Those in the list already stay as they are."""
    from parley.interfaces.inbound_feeds.sandbox import read_opml  # noqa: PLC0415 only this command needs the parser

    addresses = await read_opml(existing(file).read_bytes())
    if not addresses:
        raise CommandFailed(f"{file.name} is not an OPML file with feeds.")
    done = await ops.add_feeds(None, addresses, FeedUse(topic, "auto" if auto else "review"))
    refused = [{"url": url, "reason": str(reason)} for url, reason in done.refused.items()]
    lines = [
        f"{done.added} of {len(addresses)} feeds added.",
        *(f"{refusal['url']}: {refusal['reason']}" for refusal in refused),
    ]
    return {"text": "\n".join(lines), "added": done.added, "refused": refused}


@feed.command("list")
@on_installation
async def list_all() -> dict[str, Any]:
    """List all feeds with their state."""
    feeds = await queries.all_feeds()
    return {
        "text": "\n".join(_line(feed) for feed in feeds) or "No feeds. Add one with `parley feed add`.",
        "feeds": [_as_result(feed) for feed in feeds],
    }


@feed.command()
@click.argument("number", type=ID)
@on_installation
async def check(number: int) -> dict[str, Any]:
    """Read feed NUMBER now, and say what came of it."""
    due = await fetching.one(number)
    if due is None:
        raise CommandFailed(f"There is no feed {number}.")
    await fetching.check(due)
    return await _as_json(number)


@feed.command()
@click.argument("number", type=ID)
@on_installation
async def pause(number: int) -> dict[str, Any]:
    """Read feed NUMBER no more, until `parley feed start`."""
    await ops.pause_feed(None, number)
    return await _as_json(number)


@feed.command()
@click.argument("number", type=ID)
@on_installation
async def start(number: int) -> dict[str, Any]:
    """Read feed NUMBER again that was paused, held or gone."""
    await ops.start_feed(None, number)
    return await _as_json(number)


@feed.command()
@click.argument("number", type=ID)
@on_installation
async def remove(number: int) -> dict[str, Any]:
    """Remove feed NUMBER. Its threads stay."""
    url = await ops.remove_feed(None, number)
    return {"text": f"Removed {url}.", "id": number, "url": url}


async def _as_json(number: int) -> dict[str, Any]:
    row = await queries.one(number)
    if row is None:
        raise CommandFailed(f"There is no feed {number}.")
    return _as_result(row)


def _line(row: FeedRow) -> str:
    waits = f", {row.waiting} waiting for review" if row.waiting else ""
    note = f" {row.message}" if row.note else ""
    return f"{row.id}: {row.url} ({row.topic}, {row.mode}, {row.display}) {row.state}{waits}, {row.made} threads.{note}"


def _as_result(row: FeedRow) -> dict[str, Any]:
    return {
        "text": _line(row),
        "id": row.id,
        "url": row.url,
        "title": row.title,
        "topic": row.topic,
        "mode": row.mode,
        "display": row.display,
        "basis": row.basis,
        "state": row.state,
        "note": str(row.message),
        "waiting": row.waiting,
        "threads": row.made,
    }
