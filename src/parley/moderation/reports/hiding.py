"""Hiding a comment that many independent members reported, until a moderator decides. Off as shipped."""

import msgspec

from parley.discussion.comments import states
from parley.moderation.modlog import ops as modlog
from parley.moderation.modlog.ops import Entry
from parley.moderation.reports.targets import Target
from parley.people import mail
from parley.people.accounts import queries as accounts
from parley.people.community.tables import Community
from parley.platform import db
from parley.platform.networks import source
from parley.platform.settings import settings
from parley.platform.text.languages import speaking
from parley.platform.text.messages import N_, as_text

REASON = N_("Several members reported it, independently of each other.")
# This runs at each report. Among so many, enough are independent, or they are all of a few people.
MOST_REPORTERS = 200
# The newest open reports by members whose reports count, with what may connect these members.
SELECT_REPORTERS = f"""
select r.reporter as member, r.weight,
       array(select distinct s.address from session s where s.member = r.reporter and s.address <> '') as addresses,
       array(select v.id from vote_ring v where r.reporter = any(v.members) and v.dismissed_at is null) as rings
from (
    select reporter, weight from report
    where item = $1 and state <> 'resolved' and reporter is not null and weight > 0
    order by id desc limit {MOST_REPORTERS}
) r
"""  # noqa: S608 constants only
# A moderator decided on it as it is now and left it to readers, or an appeal brought it back: reports of that hide
# nothing again.
WAS_KEPT_UP = """
select exists (
    select from decision d join comment c on c.id = $1
    where (d.kind = 'comment' and d.target = $1
           or d.item = (select id from queue_item where kind = 'comment' and target = $1)) and d.moderator is not null
      and d.action not in ('ask', 'escalate', 'statement') and d.state in ('in_force', 'ended', 'overturned')
      and case d.state when 'overturned' then d.ended_at else d.created_at end >= coalesce(c.edited_at, c.created_at))
"""


class Reporter(msgspec.Struct, frozen=True):
    """A member who reported it, with the weight of their report: 1 without a history, less after declined ones."""

    member: int
    weight: float
    addresses: list[str]
    rings: list[int]

    @property
    def ties(self) -> set[str]:
        """What two members have in common who are counted once. Those who signed out everywhere may be anywhere."""
        networks = {source(address).network for address in self.addresses} or {"unknown"}
        return networks | {f"ring {ring}" for ring in self.rings}


def independent(reporters: list[Reporter]) -> float:
    """How many independent members reported it: those of one network or voting ring count as one, and none above 1."""
    groups: list[tuple[set[str], float]] = []
    for reporter in reporters:
        ties, weight = reporter.ties, min(1.0, reporter.weight)
        for group in [group for group in groups if group[0] & ties]:
            groups.remove(group)
            ties, weight = ties | group[0], max(weight, group[1])
        groups.append((ties, weight))
    return sum(weight for _, weight in groups)


async def hide_if_many(target: Target, item: int) -> None:
    """Hide a comment, locked by the caller, that enough members reported; mail its author."""
    if target.comment is None or target.state != "visible":
        return
    most = await db.value(Community.select(Community.hide_after))
    if not most or await db.value(WAS_KEPT_UP, target.id):
        return
    if independent(await db.fetch(Reporter, SELECT_REPORTERS, item)) < most:
        return
    await states.transition(target.comment, "hidden", actor=None)
    await _mail_author(target)
    before, after = {"state": "visible"}, {"state": "hidden"}
    await modlog.write(None, Entry("hold", "comment", target.id, before, after, reason=as_text(REASON)))


async def _mail_author(target: Target) -> None:
    author = await accounts.account(target.member) if target.member else None
    if author is not None:
        link = f"{settings().base_url}/t/{target.thread}"
        with speaking(await mail.language_of(author.email)):
            written = mail.written_message("held", name=author.name, reason=as_text(REASON), link=link)
        await mail.send(f"held.{target.id}"[:20], author.email, *written)
