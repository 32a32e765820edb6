"""Comments and edits before they are written: rendering, and the checks that they pass (site/hooks.py)."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import msgspec

from parley.discussion.comments import rules
from parley.discussion.threads.queries import ThreadRow
from parley.people.accounts import queries as accounts
from parley.people.accounts.viewer import Viewer
from parley.platform.errors import Refused
from parley.platform.http.access import VERIFIED
from parley.platform.settings import settings
from parley.platform.text import markdown
from parley.platform.text.messages import N_, Message, join


class Draft(msgspec.Struct, frozen=True):
    thread: int
    author: Viewer
    body: str
    parent: int | None = None
    stance: str | None = None
    passage: int | None = None
    quote: str | None = None
    # The text before the quote, which tells apart two occurrences of the quote in a passage.
    prefix: str | None = None
    statement: str | None = None
    assisted: bool = False
    submission: UUID | None = None
    # The publisher's site on whose page it was written (embed/).
    site: str | None = None
    # The rendered `body`; post_comment sets it.
    html: str = ""

    @property
    def words(self) -> str:
        """The words that readers will see."""
        return _words(self.body, self.statement)


# Called with the comment's id in the transaction that writes it.
After = Callable[[int], Awaitable[None]]


class Signature(msgspec.Struct, frozen=True):
    """A hash by which near-copies of a text are found (matching/signature.py). Short texts have no sketch and bands."""

    sketch: bytes
    bands: list[int]
    hosts: list[str]


class CheckResult(msgspec.Struct, frozen=True):
    """A check's answer about a draft: whether to hold it for a moderator, and what to do once it is written.

    `checked_comments` is the number of the author's comments that had been checked. The result holds while that number
    is unchanged: of two comments posted at once, the second is checked again. `signature` is saved with the comment.
    """

    hold: bool = False
    checked_comments: int | None = None
    after: After | None = None
    signature: Signature | None = None


class CommentEdit(msgspec.Struct, frozen=True):
    """An edit before it is written: the comment's text and statement after it."""

    comment: int
    thread: int
    author: Viewer
    body: str
    html: str
    assisted: bool
    statement: str | None = None
    # Whether the comment waits for a moderator.
    held: bool = False

    @property
    def words(self) -> str:
        """The words that readers will see."""
        return _words(self.body, self.statement)


def _words(body: str, statement: str | None) -> str:
    return f"{body}\n\n{statement}" if statement else body


# A check raises Refused to refuse the draft, and returns None if it has no objection. It takes no lock, so that other
# members can post in the thread meanwhile.
before_post: list[Callable[[Draft], Awaitable[CheckResult | None]]] = []
# The same for edits. A published comment cannot be held for a moderator, so a check refuses the edit instead. A held
# one stays held, or is published.
before_edit: list[Callable[[CommentEdit], Awaitable[After | None]]] = []
# Functions that return why and how long a member has to wait before they can reply to a comment or, without one, to the
# article; None if they need not. hooks.py registers them.
WaitOf = Callable[[Viewer, ThreadRow, int | None], Awaitable[Message | None]]
wait_of: list[WaitOf] = []


async def render(body: str) -> str:
    """Return the HTML of `body`, in which the names of members are links. Raises Refused for too many links."""
    html = await render_again(body)
    links = markdown.count_links(html)
    if links > rules.MOST_LINKS:
        raise Refused(
            N_("This comment has {links} links, and {most} are allowed. Your text is kept. Please remove some."),
            links=links,
            most=rules.MOST_LINKS,
        )
    return html


async def render_again(body: str) -> str:
    """Render a comment that was accepted before. It may have more links than are allowed now."""
    members = await accounts.of_names(markdown.mentioned_names(body))
    return markdown.render(body, {typed: member.name for typed, member in members.items()})


async def wait_here(viewer: Viewer | None, thread: ThreadRow, parent: int | None = None) -> Message | None:
    """Return how long `viewer` still has to wait, and why; None for staff and for viewers who cannot write here."""
    if viewer is None or viewer.access is not VERIFIED or thread.state != "open" or not settings().limits:
        return None
    texts = [text for wait in wait_of if (text := await wait(viewer, thread, parent))]
    return join(" ", texts) if texts else None
