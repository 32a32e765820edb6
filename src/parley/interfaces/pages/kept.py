"""Pages of threads as visitors see them, kept until something that they show has changed."""

from collections.abc import Awaitable, Callable, Hashable

from parley.discussion.comment_tree.validator import ReadValidator, ValidatedCache, seconds_right
from parley.discussion.comment_tree.view import DiscussionQuery, ThreadView, thread_view
from parley.interfaces.pages import stored
from parley.platform.http.members_first import visitors_turn
from parley.platform.http.pages import Encoded, Finished

MOST_BYTES = 24 * 2**20


def _size(page: Encoded) -> int:
    return len(page.content)


_pages: ValidatedCache[Encoded] = ValidatedCache("pages", MOST_BYTES, _size)


async def visitors_page(
    query: DiscussionQuery, chosen: Hashable, encoding: str, make: Callable[[ThreadView], Awaitable[Finished]]
) -> Encoded:
    """Return the page for `query` in `encoding`, made with `make` for visitors who chose the same things.

    Raises NotFound if there is no such thread.
    """

    async def made(now: ReadValidator) -> tuple[Encoded, float]:
        stored_page = await stored.read(key, now.validator) if now.validator else None
        if stored_page is not None:
            return stored_page
        async with visitors_turn():
            shown = await thread_view(query, fresh=False, not_before=now.at, validator=now)
            page, seconds = (await make(shown)).encoded(encoding), seconds_right(shown.thread.last_activity_at)
        if now.validator:
            await stored.write(key, now.validator, page, seconds)
        return page, seconds

    key = (query, chosen, encoding)
    return await _pages.get(key, query.thread, made)
