"""`parley topic`: list, add, rename and remove the topics of threads, and appoint their moderators."""

import re
from typing import Any

import asyncpg
import rich_click as click

from parley.discussion.threads.queries import topics
from parley.discussion.threads.tables import Topic
from parley.moderation.rooms import ops as rooms
from parley.platform import db
from parley.platform.errors import CommandFailed
from parley.platform.text.cleaning import BadText, clean
from parley.site.cli.running import on_installation

SLUG = re.compile("[a-z0-9]+(-[a-z0-9]+)*")
MAX_SLUG, MAX_NAME = 40, 60
SELECT_NEXT_POSITION = "select coalesce(max(position), 0) + 1 from topic"


@click.group()
def topic() -> None:
    """List, add, rename and remove the topics of threads. Pages show a change within a minute."""


@topic.command("list")
@on_installation
async def list_() -> dict[str, Any]:
    """List the topics in the order of the menu."""
    rows = await topics()
    lines = [f"{topic.slug}  {topic.name}" for topic in rows] or ["There is no topic yet."]
    return {"text": "\n".join(lines), "topics": [{"slug": topic.slug, "name": topic.name} for topic in rows]}


@topic.command()
@click.argument("slug")
@click.argument("name")
@on_installation
async def add(slug: str, name: str) -> dict[str, Any]:
    """Add a topic at the end of the menu. SLUG is what addresses call it, as in `machine-learning`."""
    if not SLUG.fullmatch(slug) or len(slug) > MAX_SLUG:
        raise CommandFailed(f"{slug!r} is not a slug: write small letters, digits and hyphens, at most {MAX_SLUG}.")
    name = _name(name)
    try:
        await Topic.insert(Topic(slug=slug, name=name, position=await db.value(SELECT_NEXT_POSITION)))
    except asyncpg.UniqueViolationError:
        raise CommandFailed(f"There is a topic {slug}, or one called “{name}”: see `parley topic list`.") from None
    return {"text": f"Added {slug}.", "slug": slug, "name": name}


@topic.command()
@click.argument("slug")
@click.argument("name")
@on_installation
async def rename(slug: str, name: str) -> dict[str, Any]:
    """Give a topic another NAME. Its addresses stay."""
    name = _name(name)
    try:
        done = await Topic.update({Topic.name: name}).where(Topic.slug == slug).returning(Topic.slug)
    except asyncpg.UniqueViolationError:
        raise CommandFailed(f"Another topic is called “{name}” already.") from None
    if not done:
        raise _unknown_topic(slug)
    return {"text": f"{slug} is called “{name}” now.", "slug": slug, "name": name}


@topic.command()
@click.argument("slug")
@click.argument("member")
@click.option("--remove", "off", is_flag=True, help="They moderate the topic no more.")
@on_installation
async def moderator(slug: str, member: str, *, off: bool) -> dict[str, Any]:
    """Let a MEMBER moderate a topic: they see and decide what is in it, and nothing elsewhere."""
    await rooms.appoint(None, slug, member, on=not off)
    text = f"{member} moderates {slug} {'no more' if off else 'now'}."
    return {"text": text, "slug": slug, "member": member, "moderates": not off}


@topic.command()
@click.argument("slug")
@on_installation
async def remove(slug: str) -> dict[str, Any]:
    """Remove a topic that nothing uses: no thread, no feed and no publisher's site."""
    try:
        done = await Topic.delete().where(Topic.slug == slug).returning(Topic.slug)
    except asyncpg.RestrictViolationError:
        raise CommandFailed(f"Threads, feeds or publishers' sites use {slug}, so it stays.") from None
    if not done:
        raise _unknown_topic(slug)
    return {"text": f"Removed {slug}.", "slug": slug}


def _name(raw: str) -> str:
    try:
        name = clean(raw, lines=False)
    except BadText as error:
        raise CommandFailed(str(error.message)) from None
    if not name or len(name) > MAX_NAME:
        raise CommandFailed(f"A topic's name has 1 to {MAX_NAME} characters.")
    return name


def _unknown_topic(slug: str) -> CommandFailed:
    return CommandFailed(f"There is no topic {slug}: see `parley topic list`.")
