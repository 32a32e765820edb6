"""A second moderator is asked when one removes much by members in good standing within minutes (R34).

Spam by new accounts does not count, and neither do many comments of a single author.
"""

from typing import Any
from urllib.parse import quote

import msgspec

from parley.discussion.comments.rules import IS_IN
from parley.moderation.decisions.queries import RESTRICTIONS
from parley.moderation.decisions.rules import REMOVALS, Choice
from parley.moderation.reports import staff_mail
from parley.people.accounts import names
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Refused
from parley.platform.settings import settings
from parley.platform.text.messages import N_

MOST = 30
MINUTES = 5
# A member in good standing is here for a week, has some comments that were let in, and at most one decision against
# them.
DAYS, COMMENTS, MOST_DECISIONS = 7, 5, 1

CONFIRM = N_(
    "You removed a lot by several members in good standing within a few minutes, and there is no other moderator to "
    "ask. This was not done. If you are sure, type your name under “Your name” and send it again."
)

# Two requests of one moderator at once do not both find that one more is allowed.
LOCK_MODERATOR = "select pg_advisory_xact_lock(hashtextextended('removals', $1))"
# The members whose words this moderator removed lately, and $2, if in good standing. What the moderator
# decided today does not cost a member their standing.
SELECT_STANDING = f"""
select array(select member from decision
    where moderator = $1 and created_at > now() - interval '{MINUTES} minutes' and in_good_standing
      and state in ('in_force', 'ended', 'overturned') and second_moderator is null) as recent,
  array(select m.id from member m where m.id = $2 and m.state = 'active'
    and m.created_at < now() - interval '{DAYS} days'
    and (select count(*) from (select from comment c where c.author = m.id and {IS_IN} limit {COMMENTS}) n) = {COMMENTS}
    and (select count(*) from decision d where d.member = m.id and d.state = 'in_force' and d.action = any($3::text[])
           and d.created_at > now() - interval '90 days'
           and not (d.moderator = $1 and d.created_at > now() - interval '1 day')) <= {MOST_DECISIONS}) as good
"""  # noqa: S608 constants only


class ConfirmationNeeded(Refused):
    """The moderator must type their name in the field `confirm`."""

    field = "confirm"


class Standing(msgspec.Struct, frozen=True):
    """Of whom a moderator removed something lately, and whether the next one is in good standing."""

    recent: list[int] = []
    good: list[int] = []

    @property
    def is_over(self) -> bool:
        """Whether one more of theirs exceeds the limit."""
        return bool(self.good) and len(self.recent) >= MOST and len({*self.recent, *self.good}) > 1


async def standing(moderator: int, action: str, member: int | None) -> Standing:
    """What a decision about the words of a member counts; the moderator's own other requests wait here.

    Targets are locked before this lock, the record after it.
    """
    if action not in REMOVALS or member is None:
        return Standing()
    if (found := await _standing(moderator, member)).good:
        await db.execute(LOCK_MODERATOR, moderator)
        found = await _standing(moderator, member)
    return found


async def _standing(moderator: int, member: int) -> Standing:
    [found] = await db.fetch(Standing, SELECT_STANDING, moderator, member, RESTRICTIONS)
    return found


async def exceed(viewer: Viewer, choice: Choice, *, is_held: bool) -> None:
    """Mail all admins that the limit is exceeded, once an hour for each moderator.

    Raises ConfirmationNeeded if the decision is not held for a second moderator, and the name was not typed.
    """
    if not is_held and not choice.title and not names.same(choice.confirmed, viewer.name):
        raise ConfirmationNeeded(CONFIRM)
    link = f"{settings().base_url}/mod/members/{quote(viewer.name)}/decided"
    figures: dict[str, Any] = {"most": MOST, "minutes": MINUTES, "is_held": is_held}
    await staff_mail.send(
        f"removals.{viewer.id}", "staff/many_removals", roles=("admin",), name=viewer.name, link=link, **figures
    )
