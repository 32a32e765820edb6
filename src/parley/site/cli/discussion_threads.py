"""The threads that the discussions of other sites get to, and opening those that are missing."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from parley.articles.articles.addresses import canonical
from parley.articles.articles.text import ArticleText
from parley.articles.imports.reading import read_file
from parley.discussion.other_sites.formats.foreign import ForeignComment
from parley.discussion.threads.opening import open_thread
from parley.extraction.errors import CannotImport, SiteBusy
from parley.interfaces.embed.queries import is_address, threads_at
from parley.platform.errors import ParleyError
from parley.platform.text.messages import N_, Message
from parley.site.cli.discussion_pages import PageReader, Stem, placeholder, stem_of
from parley.site.cli.running import progress


class FoundThreads(msgspec.Struct):
    """The threads of discussions by their addresses or ids, and why the others have none.

    Of the `opened` threads, `placeholders` have no article, since its page cannot be read.
    """

    threads: dict[str, int]
    opened: int = 0
    placeholders: int = 0
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
    discussions: Iterable[str], first_posts: Mapping[str, ForeignComment], topic: str, titles: Mapping[str, str]
) -> FoundThreads:
    """Return the threads of discussions, and open one in `topic` for each article that is not here.

    Its text is the first post, or what is at the address of the discussion. Where nothing can be read there, it is a
    placeholder with the title of the discussion, unless the site is only busy. Each is stored at once, so that a
    command that was interrupted continues there.
    """
    wanted = list(discussions)
    plan = await plan_threads(wanted, first_posts)
    missing = [one for one in wanted if one not in plan.threads and one not in plan.failures]
    spellings: defaultdict[Stem, list[str]] = defaultdict(list)
    for discussion in missing:
        if discussion not in first_posts:
            spellings[stem_of(discussion)].append(discussion)
    with progress("Adding articles", len(missing)) as step:

        async def store(address: str, found: ArticleText | CannotImport) -> None:
            is_gone = isinstance(found, CannotImport) and not isinstance(found, SiteBusy)
            text = placeholder(address, titles.get(address, "")) if is_gone else found
            opened = plan.opened
            await _open(plan, spellings[stem_of(address)], text, topic)
            plan.placeholders += is_gone * (plan.opened - opened)
            step(advance=len(spellings[stem_of(address)]))

        for discussion, first in ((one, first_posts[one]) for one in missing if one in first_posts):
            await _open(plan, [discussion], await _first_post(discussion, first), topic)
            step(advance=1)
        await PageReader().read_each([some[0] for some in spellings.values()], store)
    return plan


async def _open(plan: FoundThreads, spellings: Sequence[str], found: ArticleText | CannotImport, topic: str) -> None:
    """Open the thread of a discussion, whose address may be spelled in several ways."""
    try:
        if isinstance(found, CannotImport):
            raise found
        thread = await open_thread(text=found, topic=topic, starter=None, revises=False)
    except CannotImport as error:
        # Its advice is for people who paste an address into the form.
        plan.failures |= dict.fromkeys(spellings, str(error.reason))
    except ParleyError as error:
        plan.failures |= dict.fromkeys(spellings, str(error))
    else:
        # A page that has moved may be the article of a thread that was there.
        plan.threads |= dict.fromkeys(spellings, thread.id)
        plan.opened += thread.is_new


def refusal(discussion: str, first: ForeignComment | None) -> Message | None:
    """Return why no thread can be opened, as far as that is known without reading the page of the discussion."""
    if first is not None:
        return N_("The first post was deleted.") if first.is_gone else None
    return None if is_address(discussion) else N_("This is not the address of a web page.")


def count_articles(discussions: Iterable[str]) -> int:
    """Return how many articles these discussions are about: an address may be written in several ways."""
    return len({stem_of(discussion) if is_address(discussion) else discussion for discussion in discussions})


async def _first_post(discussion: str, first: ForeignComment) -> ArticleText | CannotImport:
    front = {
        "title": first.title or discussion,
        "author": first.author,
        "date": datetime.fromtimestamp(first.created_utc, UTC).isoformat(),
    }
    content = f"{json.dumps(front, indent=1)}\n\n{first.body}"
    try:
        return await read_file("post.md", content.encode(), canonical(discussion))
    except CannotImport as error:
        return error
