"""The threads that the discussions of other sites get to, and opening those that are missing."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import msgspec

from parley.articles.articles.addresses import canonical
from parley.articles.articles.duplicates import address_stem
from parley.articles.articles.text import ArticleText
from parley.articles.imports.reading import read_file, read_url
from parley.discussion.other_sites.formats.foreign import ForeignComment
from parley.discussion.threads.opening import open_thread
from parley.extraction.errors import CannotImport
from parley.interfaces.embed.queries import is_address, threads_at
from parley.platform.errors import ParleyError
from parley.platform.text.messages import N_, Message
from parley.site.cli.running import progress


class FoundThreads(msgspec.Struct):
    """The threads of discussions by their addresses or ids, and why the others have none."""

    threads: dict[str, int]
    opened: int = 0
    failures: dict[str, str] = {}


async def known_threads(discussions: Iterable[str]) -> dict[str, int]:
    return {address: row.id for address, row in (await threads_at(list(discussions))).items()}


async def plan_threads(discussions: Iterable[str], first_posts: Mapping[str, ForeignComment]) -> FoundThreads:
    """Return the threads that are here, and the failures of `open_missing` that are known without reading any page."""
    wanted = list(discussions)
    plan = FoundThreads(await known_threads(wanted))
    refusals = {
        discussion: refusal(discussion, first_posts.get(discussion))
        for discussion in wanted
        if discussion not in plan.threads
    }
    plan.failures = {discussion: str(reason) for discussion, reason in refusals.items() if reason}
    return plan


async def open_missing(
    discussions: Iterable[str], first_posts: Mapping[str, ForeignComment], topic: str
) -> FoundThreads:
    """Return the threads of discussions, and open one in `topic` for each article that is not here.

    Its text is the first post, or what is at the address of the discussion. Each is stored at once, so that a command
    that was interrupted continues there.
    """
    wanted = list(discussions)
    plan = FoundThreads(await known_threads(wanted))
    missing = [discussion for discussion in wanted if discussion not in plan.threads]
    with progress("Adding articles", len(missing)) as step:
        for discussion in missing:
            await _open(plan, discussion, first_posts.get(discussion), topic)
            step(advance=1)
    return plan


async def _open(plan: FoundThreads, discussion: str, first: ForeignComment | None, topic: str) -> None:
    """Open the thread of a discussion, unless another spelling of its address has just had one."""
    again = await known_threads([discussion])
    if again:
        plan.threads |= again
        return
    try:
        text = await _article(discussion, first)
        thread = await open_thread(text=text, topic=topic, starter=None, revises=False)
    except CannotImport as error:
        # Its advice is for people who paste an address into the form.
        plan.failures[discussion] = str(error.reason)
        return
    except ParleyError as error:
        plan.failures[discussion] = str(error)
        return
    # A page that has moved may be the article of a thread that was there.
    plan.threads[discussion] = thread.id
    plan.opened += thread.is_new


def refusal(discussion: str, first: ForeignComment | None) -> Message | None:
    """Return why no thread can be opened, as far as that is known without reading the page of the discussion."""
    if first is not None:
        return N_("The first post was deleted.") if first.is_gone else None
    return None if is_address(discussion) else N_("This is not the address of a web page.")


def count_articles(discussions: Iterable[str]) -> int:
    """Return how many articles these discussions are about: an address may be written in several ways."""
    return len(
        {address_stem(canonical(discussion)) if is_address(discussion) else discussion for discussion in discussions}
    )


async def _article(discussion: str, first: ForeignComment | None) -> ArticleText:
    """Raises CannotImport."""
    if reason := refusal(discussion, first):
        raise CannotImport(reason)
    if first is None:
        return await read_url(discussion)
    front = {
        "title": first.title or discussion,
        "author": first.author,
        "date": datetime.fromtimestamp(first.created_utc, UTC).isoformat(),
    }
    content = f"{json.dumps(front, indent=1)}\n\n{first.body}"
    return await read_file("post.md", content.encode(), canonical(discussion))
