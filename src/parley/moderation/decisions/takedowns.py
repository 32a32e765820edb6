"""Taking an article down, or archiving its thread, takes its title, typed, or a second moderator (R35)."""

from parley.moderation.decisions.rules import Choice
from parley.moderation.reports import staff_mail
from parley.moderation.reports.targets import Target
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Refused
from parley.platform.settings import settings
from parley.platform.text.messages import N_, as_text

ACTIONS = {"remove", "text", "archive"}
# The article's own title, and the one that readers see, which differs where the title was removed.
SELECT_TITLES = """
select array[t.title, (select title from revision where article = t.article order by number desc limit 1)]
from thread t where t.id = $1
"""


class TitleNeeded(Refused):
    """The moderator must type the title of the article in the field `title`."""

    field = "title"


def weighs(choice: Choice, target: Target) -> bool:
    """Whether the choice takes an article down or archives its thread."""
    return target.kind == "article" and choice.action in ACTIONS


async def is_typed(choice: Choice, target: Target) -> bool:
    """Whether the moderator typed the article's title. Raises TitleNeeded for another text."""
    if not choice.title.strip():
        return False
    titles = await db.value(SELECT_TITLES, target.thread)
    if _folded(choice.title) not in map(_folded, titles):
        raise TitleNeeded(N_("This is not the title of the article. Nothing was done."))
    return True


def _folded(title: str) -> str:
    return " ".join(title.split()).casefold()


def require(*, typed: bool) -> None:
    """Raise TitleNeeded where the title was not typed and there is no second moderator."""
    if not typed:
        raise TitleNeeded(
            N_("There is no second moderator to agree. If you are sure, type the title of the article and send again.")
        )


async def tell_admins(viewer: Viewer, what: str, path: str) -> None:
    """Mail all admins that a moderator did something weighty alone, since there is no second one."""
    said = {"name": viewer.name, "what": as_text(what), "link": settings().base_url + path}
    await staff_mail.send(f"alone.{viewer.id}", "staff/alone", hours=0, roles=("admin",), **said)
