"""Rendering the Markdown of a comment as its author typed it."""

from parley.discussion.comments import rules
from parley.people.accounts import queries as accounts
from parley.platform.errors import Refused
from parley.platform.text import markdown
from parley.platform.text.messages import N_


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
