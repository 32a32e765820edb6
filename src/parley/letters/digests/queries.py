"""Reading subscriptions and issues."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from parley.letters.digests.schedule import Schedule
from parley.people.accounts.states import STATE_NOW
from parley.platform import db

# Members who may get a digest: they confirmed their address and are not suspended.
MAY_RECEIVE = f"(({STATE_NOW}) in ('active', 'silenced'))"
SELECT_SUBSCRIBED = f"""
select s.member, m.name, m.email, s.frequency, s.former as former_frequency, s.weekday, s.hour, m.zone, s.next_at,
       s.last_day, s.paused_until, s.asked_at, greatest(m.seen_at, s.kept_at) as last_active_at,
       {MAY_RECEIVE} as may_receive, m.language
from subscription s join member m on m.id = s.member
"""  # noqa: S608 constants only
SELECT_ISSUE = """
select i.id, i.member, i.list, i.period, i.due_at, m.name, m.email, m.zone, s.frequency, s.weekday, m.language
from issue i join member m on m.id = i.member join subscription s on s.member = i.member
"""
SELECT_RECIPIENTS = f"""
select s.member from subscription s join member m on m.id = s.member
where s.member = any($1) and s.frequency <> 'off' and (s.paused_until is null or s.paused_until <= $2) and {MAY_RECEIVE}
"""  # noqa: S608 constants only


class IssueRow(msgspec.Struct, frozen=True):
    id: int
    member: int
    # Which letter it is: `digest`, or `keep` for the question whether the member still wants it. Both are mail of the
    # list "digest".
    list: str
    period: str
    due_at: datetime
    name: str
    email: str
    zone: str
    frequency: str
    weekday: int
    language: str = ""

    @property
    def local_weekday(self) -> int:
        """The day of the week, from 1 (Monday), on which the issue is due where the reader is."""
        return self.due_at.astimezone(ZoneInfo(self.zone)).isoweekday()


class SubscriptionRow(msgspec.Struct, frozen=True):
    """A member's subscription: how often they get the digest, and when next."""

    member: int
    name: str
    email: str
    frequency: str
    former_frequency: str
    weekday: int
    hour: int
    zone: str
    next_at: datetime | None
    last_day: date | None
    paused_until: datetime | None
    asked_at: datetime | None
    # When they last visited, or confirmed that they want to keep the digest.
    last_active_at: datetime
    may_receive: bool
    language: str

    @property
    def schedule(self) -> Schedule:
        return Schedule(self.frequency, self.weekday, self.hour, self.zone)

    @property
    def is_answered(self) -> bool:
        """Whether the member was never asked if they still want the digest, or visited or answered since."""
        return self.asked_at is None or self.asked_at < self.last_active_at

    def is_paused(self, now: datetime) -> bool:
        return self.paused_until is not None and self.paused_until > now

    def issue(self, period: str, at: datetime) -> IssueRow:
        """Return the issue of this period, which is not stored."""
        who = (self.name, self.email, self.zone, self.frequency, self.weekday, self.language)
        return IssueRow(0, self.member, "digest", period, at, *who)


async def subscription_of(member: int, *, lock: bool = False) -> SubscriptionRow | None:
    """Return a member's subscription, or None until they confirmed their address."""
    return await db.fetch_one(
        SubscriptionRow, f"{SELECT_SUBSCRIBED} where s.member = $1{' for update of s' if lock else ''}", member
    )


async def issue(issue_id: int) -> IssueRow | None:
    return await db.fetch_one(IssueRow, f"{SELECT_ISSUE} where i.id = $1", issue_id)


async def issue_of(mail: int) -> IssueRow | None:
    """Return the issue that is sent as this mail."""
    return await db.fetch_one(IssueRow, f"{SELECT_ISSUE} where i.mail = $1", mail)
