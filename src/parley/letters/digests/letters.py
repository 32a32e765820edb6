"""Issues as letters, rendered from their items and from what the maps of the week say."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from parley.discussion.comments.rules import EXCERPT
from parley.discussion.opinion_map.queries import STATEMENT_LENGTH
from parley.discussion.threads.reading import CONTAINS_MUTED_WORD
from parley.letters.digests.items import DigestItem
from parley.letters.digests.queries import IssueRow
from parley.letters.digests.words import lay_out
from parley.letters.news.rules import ARTICLE_IS_CLEARED, EXPIRES_HOURS, MAY_BE_FEATURED
from parley.letters.notifications.letters import UNRENDERED, wrap
from parley.letters.notifications.rules import IS_MUTED, IS_MUTED_TOPIC
from parley.people.mail import Letter, unsubscribe_link, write, written_html
from parley.platform import db
from parley.platform.cache import by_text
from parley.platform.http.languages import language_for
from parley.platform.settings import settings
from parley.platform.signing import is_signature, sign
from parley.platform.text.cleaning import as_id, shorten
from parley.platform.text.languages import speaking
from parley.platform.text.messages import N_, as_text

KEY_LENGTH = 32
VERDICT_DAYS = 7
# Read when the letter is written. Threads that the reader follows come first, then statements with the most agreement
# in the group that agrees least, then the newest verdicts.
SELECT_VERDICTS = f"""
select distinct on (s.verdict) s.verdict, c.statement, {EXCERPT} as excerpt, t.id as thread, t.slug, t.title,
       t.state = 'open' as is_open
from statement_verdict s join comment c on c.id = s.comment join thread t on t.id = s.thread
left join follow f on f.thread = t.id and f.member = $1
left join topic_follow tf on tf.topic = t.topic and tf.member = $1 and {IS_MUTED_TOPIC}
where s.verdict in ('common-ground', 'dividing') and s.since > $2::timestamptz - {VERDICT_DAYS} * interval '1 day'
  and {MAY_BE_FEATURED} and c.author is distinct from $1 and t.state <> 'archived'
  and {ARTICLE_IS_CLEARED} and not {IS_MUTED} and not exists (
    select from block b where b.member = $1 and b.other = c.author and coalesce(b.muted_until > now(), true)
       or b.member = c.author and b.other = $1 and b.kind = 'block')
  and not {CONTAINS_MUTED_WORD.format(member="$1")}
order by s.verdict, f.level is distinct from 'follow', s.bridge desc, s.since desc, c.id
"""  # noqa: S608 constants only


# Cached, since many readers get the same items.
_wrap = by_text("wrapped", most_bytes=16 * 2**20)(wrap)


class MapVerdict(msgspec.Struct, frozen=True):
    verdict: str
    statement: str | None
    excerpt: str
    thread: int
    slug: str
    title: str
    is_open: bool

    @property
    def text(self) -> str:
        return self.statement or shorten(self.excerpt, STATEMENT_LENGTH)

    @property
    def map_address(self) -> str:
        return f"{settings().base_url}/t/{self.thread}/{self.slug}?view=stand"

    @property
    def answer_address(self) -> str:
        """The address where its statements are answered."""
        return f"{settings().base_url}/t/{self.thread}/answer"


def queued_letter(issue: IssueRow) -> Letter:
    """Return the letter as it is queued: without members' words, so that none have to be removed from the queue."""
    with speaking(language_for(issue.language)):
        return _letter(issue, as_text(N_("The digest")), UNRENDERED, None)


def digest(issue: IssueRow, items: Sequence[DigestItem], verdicts: Sequence[MapVerdict] = ()) -> Letter:
    """Return the letter of an issue with these items, of which there is at least one, and `verdicts` of maps."""
    with speaking(language_for(issue.language)):
        issue_view = lay_out(items, issue.zone, issue.due_at)
        context = {
            "issue_view": issue_view,
            "issue": issue,
            "verdicts": verdicts,
            "view": address("view", issue.id),
            "off": unsubscribe_link(issue.member, "digest"),
        }
        subject, text = write("digest", **context, settings=f"{settings().base_url}/settings/mail", wrapped=_wrap)
        return _letter(issue, subject, text, written_html("digest", **context))


def question(issue: IssueRow) -> Letter:
    """Return the letter that asks an inactive member whether they still want the digest."""
    context = {
        "issue": issue,
        "keep": address("keep", issue.member),
        "off": unsubscribe_link(issue.member, "digest"),
    }
    with speaking(language_for(issue.language)):
        subject, text = write("keep", **context)
        return _letter(issue, subject, text, written_html("keep", **context))


def address(what: str, id_: int) -> str:
    """Return the address of an issue's page (`view`) or of a member's answer (`keep`). It is signed."""
    return f"{settings().base_url}/mail/{what}/{id_}.{sign(what, str(id_).encode()).hex()}"


def signed_id(what: str, token: str) -> int | None:
    """Return the id in such an address, or None if its signature is not valid."""
    text, _, signature = token.partition(".")
    id_ = as_id(text)
    return id_ if is_signature(what, text.encode(errors="replace"), signature) else None


def key(issue: IssueRow) -> str:
    """Return the left part of the Message-ID, always the same for the same issue."""
    identity = f"{issue.member}|{issue.list}|{issue.period}"
    return f"digest.{hashlib.sha256(identity.encode()).hexdigest()[:KEY_LENGTH]}"


def _letter(issue: IssueRow, subject: str, text: str, html: str | None) -> Letter:
    return Letter(
        list="digest",
        member=issue.member,
        to=issue.email,
        key=key(issue),
        subject=subject,
        text=text,
        html=html,
        expires_at=issue.due_at + timedelta(hours=EXPIRES_HOURS),
    )


async def verdicts_of_week(issue: IssueRow, now: datetime) -> list[MapVerdict]:
    """Return at most one verdict of each kind, once a week: for daily readers in the issue of their weekday."""
    if issue.frequency == "daily" and issue.local_weekday != issue.weekday:
        return []
    return await db.fetch(MapVerdict, SELECT_VERDICTS, issue.member, now)
