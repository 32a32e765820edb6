"""Since when things are new, in words and in the reader's time zone."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from parley.letters.news.home import Cell
from parley.people.accounts.viewer import Viewer
from parley.platform.text.formats import day_of_year, weekday
from parley.platform.text.messages import N_, Message

# They wait for an answer, whenever they were written.
WAITING = frozenset({"question", "thesis"})


def heading(viewer: Viewer, cells: Sequence[Cell], now: datetime) -> Message:
    """Say since when the cells are new: since the last visit, if that was before today, or since yesterday.

    If something older is still unread, since then.
    """
    local = now.astimezone(ZoneInfo(viewer.zone))
    visited = viewer.last_visit.astimezone(local.tzinfo) if viewer.last_visit else local
    start = visited if visited.date() < local.date() else local - timedelta(days=1)
    oldest = min([start, *(cell.at for cell in cells if cell.kind not in WAITING)])
    if start is visited and oldest is start:
        return N_("New since {day}, {time}").format(day=day_word(start, local), time=f"{start:%H:%M}")
    return N_("New since {day}").format(day=day_word(oldest, local))


def day_word(moment: datetime, now: datetime) -> str:
    """Return the day of `moment` relative to `now`, in its zone: "today", "Tuesday", "5 November"."""
    local = moment.astimezone(now.tzinfo)
    days = (now.date() - local.date()).days
    if days < 1:
        return N_("today")
    if days < 2:  # noqa: PLR2004
        return N_("yesterday")
    return weekday(local) if days < 7 else day_of_year(local)  # noqa: PLR2004 a week has that many
