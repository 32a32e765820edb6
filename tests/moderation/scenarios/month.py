"""A month of a community, in minutes: members, spam waves, a brigade, three moderators, one of them corrupt.

People act through the operations behind the pages. The clock is moved by moving everything back a day at a time; within
a day there are four shifts. What readers see of spam is counted in hours: visible, times the readers of an hour.
"""

import json
from collections import Counter
from pathlib import Path
from random import Random

import msgspec

import parley
from parley.moderation.appeals import ops as appeals
from parley.moderation.automod import jobs
from parley.moderation.decisions import ops as decisions
from parley.moderation.decisions.rules import Choice
from parley.moderation.matching import current
from parley.moderation.modqueue import queries as queue
from parley.moderation.modqueue.filters import QueueFilter
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import ParleyError
from tests import make

DAYS, SHIFTS = 30, 4
SHIFT_HOURS = 24 / SHIFTS
READERS_AN_HOUR = 20
# Seconds that a moderator needs for an item and for an appeal, and has in a shift for each 40 comments of a day.
ITEM, APPEAL, CAPACITY = 20, 60, 120
REPORTED, REPORTED_WRONGLY, MISTAKEN, APPEALED = 0.3, 0.002, 0.02, 0.6
CAMPAIGNS = (
    "Hire our {0} writers today, the best essay {1} with cheap prices and {2} discounts for students",
    "I lost my {0} savings, but {1} Recovery got every coin back, contact them on WhatsApp {2} now",
    "Earn {0} a week from home with this {1} trading robot, subscribe to my channel and join {2}",
    "Check out my {0} new video about {1}, please like and follow my page, free {2} for everybody",
)
WORDS = ("amazing", "blue", "daily", "easy", "famous", "great", "instant", "lucky", "new", "private", "quick", "real")
MOVED = {
    "comment": "created_at", "comment_signature": "created_at", "decision": "created_at", "report": "created_at",
    "queue_item": "opened_at", "member": "created_at", "hit": "created_at",
}  # fmt: skip


class Outcome(msgspec.Struct):
    """The result of a month. `spam_seen`: hours that spam was visible, times the readers of an hour.

    `removed_wrongly`: by honest moderators, before appeals; `removed_out_of_malice`: by the corrupt one.
    `stayed_removed`: of both, after appeals.
    """

    comments: int = 0
    spam: int = 0
    spam_seen: float = 0.0
    removed_wrongly: int = 0
    removed_out_of_malice: int = 0
    stayed_removed: int = 0
    moderator_seconds: int = 0


class Month:
    """Thirty days with `comments` comments by `members` members."""

    def __init__(self, members: int, comments: int) -> None:
        self.random, self.counted = Random(17), Outcome()
        # Every month has the same posts, whatever is decided.
        self.posting = Random(18)
        self.a_shift, self.members = comments // (DAYS * SHIFTS), members
        self.is_spam: dict[int, bool] = {}
        self.author: dict[int, Viewer] = {}
        self.sentences = list(_sentences())

    async def live(self) -> Outcome:
        self.threads = [await make.thread() for _ in range(5)]
        self.people = [await make.member() for _ in range(self.members)]
        self.moderators = [await make.member(f"mo{number}", role="moderator") for number in range(3)]
        self.corrupt, self.admin = self.moderators[0], await make.member("ada", role="admin")
        self.victims, self.brigade = self.people[:3], self.people[-10:]
        for day in range(DAYS):
            for shift in range(SHIFTS):
                await self.shift(day, self.moderators[shift % 3])
            await self.night()
        self.counted.stayed_removed = await self.removed_now()
        return self.counted

    async def shift(self, day: int, moderator: Viewer) -> None:
        wave = day % 7 in (2, 5)
        for _ in range(self.a_shift):
            await self.post(spam=self.posting.random() < (0.3 if wave else 0.05))
        await self.report_some()
        if day == 12:
            await self.brigade_one()
        await self.work(moderator)
        visible = await db.values("select id from comment where state = 'visible'")
        shown = sum(self.is_spam.get(one, False) for one in visible)
        self.counted.spam_seen += shown * SHIFT_HOURS * READERS_AN_HOUR

    async def post(self, *, spam: bool) -> None:
        random = self.posting
        author = await self.newcomer() if spam else random.choice(self.people)
        pattern = random.choice(CAMPAIGNS)
        body = pattern.format(*random.sample(WORDS, 3)) if spam else " ".join(random.sample(self.sentences, 2))
        try:
            made = await make.comment(random.choice(self.threads), author, body)
        except ParleyError:
            return
        self.is_spam[made], self.author[made] = spam, author
        self.counted.comments += 1
        self.counted.spam += spam

    async def newcomer(self) -> Viewer:
        one = await make.member()
        await db.execute("update member set created_at = now() where id = $1", one.id)
        return one

    async def report_some(self) -> None:
        """Readers report much of the spam that they see, and sometimes something else."""
        fresh = "select id from comment where state = 'visible' and created_at > now() - interval '2 days' order by id"
        for one in await db.values(fresh):
            if self.random.random() < (REPORTED if self.is_spam.get(one) else REPORTED_WRONGLY):
                await self.report(one, self.random.choice(self.people))

    async def report(self, comment: int, by: Viewer) -> None:
        try:
            await reports.report(ReportInput("comment", comment, "spam", "", by))
        except ParleyError:
            return

    async def brigade_one(self) -> None:
        """Ten members report what a victim wrote."""
        for one in [one for one, author in self.author.items() if author is self.victims[0]][-3:]:
            for member in self.brigade:
                await self.report(one, member)

    async def work(self, moderator: Viewer) -> None:
        """Decide on what waits, the greatest risk first, as long as the shift lasts."""
        left = max(CAPACITY, CAPACITY * self.a_shift * SHIFTS // 40)
        for row in await queue.page(moderator.id, QueueFilter(), count=left // ITEM):
            target = await db.value("select target from queue_item where id = $1", row.id)
            wrong = self.random.random() < MISTAKEN
            await self.decide(moderator, row.id, row.version, target, remove=self.is_spam[target] != wrong)
        if moderator is self.corrupt:
            await self.settle_a_score()

    async def settle_a_score(self) -> None:
        """The corrupt moderator removes a comment of a member whom they dislike, without a report."""
        theirs = [one for one, author in self.author.items() if author in self.victims]
        for one in await db.values("select id from comment where id = any($1) and state = 'visible'", theirs[-2:]):
            item = await reports.open_item(
                "comment", one, await db.value("select thread from comment where id = $1", one)
            )
            version = await db.value("select version from queue_item where id = $1", item)
            await self.decide(self.corrupt, item, version, one, remove=True)

    async def decide(self, moderator: Viewer, item: int, version: int, target: int, *, remove: bool) -> None:
        self.counted.moderator_seconds += ITEM
        choice = Choice(item, version, "remove" if remove else "approve", "spam", "It advertises something.")
        decision = await decisions.decide(moderator, choice)
        if remove and not self.is_spam[target]:
            self.counted.removed_wrongly += moderator is not self.corrupt
            self.counted.removed_out_of_malice += moderator is self.corrupt
            if self.random.random() < APPEALED:
                await self.appeal(decision)

    async def appeal(self, decision: int) -> None:
        await appeals.file(decision=decision, text="It advertises nothing.")
        number = await db.value("select id from appeal where decision = $1", decision)
        await appeals.decide(self.admin, number, outcome="overturned", answer="You are right.")
        self.counted.moderator_seconds += APPEAL

    async def night(self) -> None:
        """Train the score, and make everything a day older."""
        await jobs.train_score()
        current.forget()
        for table, column in MOVED.items():
            await db.execute(f"update {table} set {column} = {column} - interval '1 day'")

    async def removed_now(self) -> int:
        gone = await db.values("select id from comment where state in ('removed', 'rejected')")
        return sum(not self.is_spam.get(one, True) for one in gone)

    async def overturned_shares(self) -> dict[str, float]:
        """The share of each moderator's removals that an appeal overturned."""
        removed = await db.values(
            """select m.name || ' ' || d.state from decision d join member m on m.id = d.moderator
               where d.action = 'remove'"""
        )
        of, overturned = Counter[str](), Counter[str]()
        for name, _, state in (one.partition(" ") for one in removed):
            of[name] += 1
            overturned[name] += state == "overturned"
        return {name: overturned[name] / number for name, number in of.items()}


def _sentences() -> list[str]:
    folder = Path(parley.__file__).parent / "site/demo/content/discussions"
    lines = [line for file in sorted(folder.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()]
    bodies = [json.loads(line)["body"] for line in lines]
    return [one for body in bodies for one in body.split(". ") if 40 < len(one) < 200 and "http" not in one]
