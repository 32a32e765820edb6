"""Filling an installation with the demo community: always the same, except for the times."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import msgspec

from parley.articles.articles.text import ArticleText
from parley.articles.imports.reading import finish
from parley.discussion.comments import anchors, counts
from parley.discussion.comments.tables import Comment, CommentVersion
from parley.discussion.threads import jobs
from parley.discussion.threads.opening import open_thread
from parley.discussion.threads.ops import revise_thread
from parley.discussion.threads.tables import RoomModerator, Thread, ThreadStats, Topic
from parley.discussion.votes.jobs import repair_counters
from parley.discussion.votes.queries import differing_recounts
from parley.discussion.votes.tables import Vote
from parley.extraction.sandbox.reading import read_article
from parley.extraction.text.markdown import extract_markdown
from parley.people.accounts import addresses, names
from parley.people.accounts.tables import Member
from parley.people.sign_in.passwords import hash_password
from parley.platform import db
from parley.platform.db.tables import Event
from parley.platform.errors import Refused
from parley.platform.events.event_log import emit
from parley.platform.settings import settings
from parley.platform.text import markdown
from parley.platform.text.messages import N_
from parley.site.demo import PASSWORD, answering, letters, moderating
from parley.site.demo.content import DemoComment, articles, discussion, later_revision, members, theses
from parley.site.demo.moderating import DemoThread
from parley.site.demo.voting import Ballot, ballots

# How many hours before now each thread opened, and which one a moderator locked.
OPENED_HOURS = {"01": 110, "02": 98, "03": 90, "04": 150, "05": 80}
REVISED_MINUTES = 4_300
LOCKED = "04"
WITHOUT_CAMPS = ("02",)
LOCK_REASON = "The argument had become personal: eleven reports. sam_h explains at the end of the thread."
# Two topics with a moderator of their own, each with cases that wait.
ROOMS = {
    "ai-and-society": ("zofia", "What automatic systems do to people, with sources.", "Say whether you were there."),
    "craft": ("ines", "How things are made by hand, and what a machine changes.", "No prices of living makers."),
}
STARTERS = {"01": "ada", "02": "sunniva", "03": "hanna", "04": "sam_h", "05": "wei_l"}


INSERT_COMMENTS = """
insert into comment (thread, parent, depth, author, state, stance, revision, assisted, body, html,
                     html_version, version, submission, created_at, edited_at, deleted_at, excerpt)
values ($1, $2, coalesce((select depth + 1 from comment where id = $2), 0), $3, $4, $5, 1, $6, $7, $8, $9, $10, $11,
        $12, $13, $14, $15)
returning id
"""
STATES = {"visible": "visible", "removed": "removed", "deleted": "deleted_by_author"}


async def fill() -> dict[str, int]:
    """Create the demo unless it exists, and return how much it contains.

    Raises Refused unless the base URL is localhost, and where people have begun to use the installation.
    """
    if not settings().local:
        raise Refused(N_("The demo is only for an installation whose base URL is localhost."))
    ids: dict[str, int] = {}
    threads: dict[str, DemoThread] = {}
    async with db.atomic():
        if not await Member.exists().where(Member.is_demo == True):  # noqa: E712 SQL
            if await Member.exists() or await Thread.exists():
                raise Refused(
                    N_(
                        "This installation has members or articles of its own, so the demo was not added. It can have "
                        "a data folder of its own; `parley up --no-demo` starts this one without it."
                    )
                )
            ids = await _add_members()
            threads = {article.name[:2]: await _add_thread(article, ids) for article in articles()}
            await _add_rooms(ids)
            await moderating.moderate(ids, threads)
            await letters.leave(ids)
    if ids:
        await answering.answer(threads)
    for recount in await differing_recounts(0, await db.value("select coalesce(max(id), 0) from comment")):
        await repair_counters(recount)
    await jobs.refresh_thread_stats()
    await moderating.update_risks()
    if ids:
        await letters.notify()
        await letters.mail(ids)
    return {
        "members": await Member.count().where(Member.is_demo == True),  # noqa: E712 SQL
        "threads": await Thread.count(),
        "comments": await Comment.count(),
        "votes": await Vote.count(),
    }


async def _add_members() -> dict[str, int]:
    secret = await hash_password(PASSWORD)
    now = datetime.now(UTC)
    ids: dict[str, int] = {}
    for index, member in enumerate(members()):
        email = f"{member.name}@demo.example"
        row = Member(
            name=member.name,
            name_key=names.key(member.name),
            email=email,
            email_key=addresses.key(email),
            password_hash=secret,
            role=member.role,
            state="active",
            bio=member.bio,
            is_demo=True,
            created_at=now - timedelta(days=200 - 3 * index if member.days is None else member.days),
        )
        (made,) = await Member.insert(row)
        ids[member.name] = made["id"]
    return ids


async def _add_rooms(ids: dict[str, int]) -> None:
    for topic, (name, intro, rules) in ROOMS.items():
        await Topic.update({Topic.intro: intro, Topic.rules: rules}).where(Topic.slug == topic)
        await RoomModerator.insert(RoomModerator(topic=topic, member=ids[name]))


async def _add_thread(article: Path, ids: dict[str, int]) -> DemoThread:
    number = article.name[:2]
    opened_at = datetime.now(UTC) - timedelta(hours=OPENED_HOURS[number])
    front = _front_matter(article)
    text = msgspec.structs.replace(await _read(article), site=front["site"])
    topic = await db.value(Topic.select(Topic.slug).where(Topic.name == front["topic"]))
    claim = theses()[number].text
    thread = (await open_thread(text=text, topic=topic, starter=ids[STARTERS[number]], thesis=claim)).id
    comments = discussion(article)
    await _add_comments(thread, comments, ids, opened_at)
    await emit("discussion.imported", thread=thread, payload={"added": len(comments)})
    await _add_votes(thread, comments, ids, has_camps=number not in WITHOUT_CAMPS)
    if (later := later_revision(article)) is not None:
        await revise_thread(thread, await _read(later))
    await _set_clock(thread, opened_at)
    if number == LOCKED:
        await Thread.update({Thread.state: "locked", Thread.state_reason: LOCK_REASON}).where(Thread.id == thread)
    return DemoThread(thread, opened_at)


async def _read(article: Path) -> ArticleText:
    return await finish(read_article(extract_markdown(article.read_text())))


def _front_matter(article: Path) -> dict[str, str]:
    _, head, _ = article.read_text().split("---\n", 2)
    pairs = (line.split(":", 1) for line in head.splitlines() if ":" in line)
    return {name.strip(): value.strip().strip('"') for name, value in pairs}


class DemoPassage(msgspec.Struct, frozen=True):
    lineage: int
    text: str


async def _add_comments(thread: int, comments: list[DemoComment], ids: dict[str, int], opened_at: datetime) -> None:
    passages = await db.fetch(
        DemoPassage,
        """select p.lineage, p.text from passage p join revision r on r.id = p.revision
           join thread t on t.article = r.article where t.id = $1 order by p.position""",
        thread,
    )
    made: dict[str, int] = {}
    for comment in comments:
        made[comment.id] = await _add_comment(thread, comment, made, ids, passages, opened_at)
    await db.execute(
        """update comment c set reply_count = (select count(*) from comment where parent = c.id)
           where thread = $1""",
        thread,
    )
    await counts.recount(thread)


async def _add_comment(
    thread: int,
    story: DemoComment,
    made: dict[str, int],
    ids: dict[str, int],
    passages: list[DemoPassage],
    opened_at: datetime,
) -> int:
    at = opened_at + timedelta(minutes=story.minutes)
    body = story.edited_body or story.body
    lineage = next((p.lineage for p in passages if story.passage and story.passage in p.text), None)
    comment: int = await db.value(
        INSERT_COMMENTS,
        thread,
        made.get(story.parent or ""),
        ids[story.author],
        STATES[story.state],
        story.stance,
        story.assisted,
        body,
        markdown.render(body),
        markdown.VERSION,
        2 if story.edited_body else 1,
        uuid5(NAMESPACE_URL, f"{thread}/{story.id}"),
        at,
        at + timedelta(minutes=40) if story.edited_body else None,
        at + timedelta(minutes=90) if story.state == "deleted" else None,
        markdown.stored_excerpt(markdown.render(body)),
    )
    if lineage and story.passage and not story.parent:
        await anchors.attach(comment, await anchors.find(thread, lineage, story.passage, ""))
    if story.edited_body:
        await CommentVersion.insert(CommentVersion(comment=comment, number=1, body=story.body, written_at=at))
    return comment


async def _add_votes(thread: int, comments: list[DemoComment], ids: dict[str, int], *, has_camps: bool) -> None:
    keys = await Comment.select(Comment.id, Comment.submission).where(Comment.thread == thread)
    by_key = {str(key["submission"]): key["id"] for key in keys}
    made = {comment.id: by_key[str(uuid5(NAMESPACE_URL, f"{thread}/{comment.id}"))] for comment in comments}
    cast: list[Ballot] = ballots(members(), comments, has_camps=has_camps)
    await db.execute(
        """insert into vote (comment, thread, member, axis, value)
           select c, $1, m, a, v from unnest($2::bigint[], $3::bigint[], $4::text[], $5::int[]) as b(c, m, a, v)""",
        thread,
        [made[vote.comment] for vote in cast],
        [ids[vote.member] for vote in cast],
        [vote.axis for vote in cast],
        [vote.value for vote in cast],
    )
    await db.execute("update comment set scored_at = created_at where thread = $1", thread)


async def _set_clock(thread: int, opened_at: datetime) -> None:
    await db.execute(
        """update thread set created_at = $2, comment_count = (select count(*) from comment where thread = $1),
             last_activity_at = (select max(created_at) from comment where thread = $1) where id = $1""",
        thread,
        opened_at,
    )
    await db.execute(
        """update revision
           set created_at = $2::timestamptz + make_interval(mins => case number when 1 then 0 else $3 end)
           where article = (select article from thread where id = $1)""",
        thread,
        opened_at,
        REVISED_MINUTES,
    )
    await Event.update({Event.created_at: opened_at}).where(Event.thread == thread)
    await ThreadStats.update({ThreadStats.refreshed_at: opened_at}).where(ThreadStats.thread == thread)
