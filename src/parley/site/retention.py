"""How long rows and files are kept, and the job that deletes them.

Tables without a rule are kept. docs/operating.md gives the reason for each rule and for each table that is kept.
"""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from time import time

import msgspec

from parley.articles.articles.rules import DRAFT_DAYS
from parley.discussion.comments.rules import DELETED_DAYS, IS_NOT_IN_QUEUE, NO_WORDS
from parley.letters.news.rules import NEWS_DAYS
from parley.own_data.exports.queries import EXPORT_DAYS
from parley.people.accounts.sessions import UNUSED_DAYS
from parley.platform import db
from parley.platform.events import attempts
from parley.platform.settings import settings

# Rows in one transaction, so that it is short.
BATCH = 500
DAY = 86_400
# Unconfirmed accounts cannot have written anything, and their votes were never counted.
IS_UNUSED_ACCOUNT = """state = 'unverified' and not exists (select from note where note.member = member.id)
    and not exists (select from decision where decision.member = member.id)
    and not exists (select from sign_up where sign_up.member = member.id and waits and confirmed_at is not null)"""
IS_NOBODYS_ADDRESS = """suppressed_at is not null
    and not exists (select from member m where lower(m.email) = mail_address.address)"""
IS_SANCTION_OVER = """not exists (select from decision d where d.id = sanctioned_address.decision
    and d.state = 'in_force' and coalesce(d.until > now(), true))"""
# The last decision that took down the text of an article.
TAKEN_DOWN = """(
    select max(d.created_at) from decision d join thread t on t.id = d.target
    where d.kind = 'article' and d.state = 'in_force' and d.action in ('text', 'remove') and t.article = {article}
)"""
PASSAGE_TAKEN_DOWN = TAKEN_DOWN.format(article="(select article from revision where id = passage.revision)")
IS_PASSAGE_OF_TAKEN_DOWN = """(html <> '' or text <> '') and revision in (
    select r.id from revision r join article a on a.id = r.article where a.restricted = 'none')"""
IS_IMPORT_OF_CLOSED_ACCOUNT = """state <> 'published' and exists (
    select from member m where m.id = article_import.member and m.state in ('deactivated', 'anonymised'))"""
# A picture is shown by a passage of any revision, or by a draft that may still be published.
IS_PICTURE_OF_NO_TEXT = """not exists (
    select from (
        select html from passage where html like '%/media/%'
        union all select convert_from(draft, 'UTF8') from article_import where draft is not null
        union all select convert_from(draft, 'UTF8') from suggested_update where draft is not null
    ) texts cross join lateral regexp_matches(texts.html, '/media/([0-9a-f]+)', 'g') m
    where m[1] = media.hash)"""
# A text that was taken down long ago is gone itself.
IS_ORIGINAL_OF_NO_TEXT = f"""not exists (
    select from revision r join article a on a.id = r.article where r.original = original.hash
      and (a.restricted <> 'none' or coalesce({TAKEN_DOWN.format(article="a.id")} > now() - interval '220 days', true)))
  and not exists (
    select from (
        select draft from article_import where draft is not null
        union all select draft from suggested_update where draft is not null
    ) drafts where position(convert_to(original.hash, 'UTF8') in draft) > 0)"""  # noqa: S608 constants only
IS_DECIDED = """state <> 'waiting'
    and not exists (select from notification n where n.suggestion = suggested_update.id)"""
IS_VERSION_WITHOUT_WORDS = """exists (
    select from comment c where c.id = comment_version.comment and c.body = ''
      and c.state in ('deleted_by_author', 'withdrawn', 'expired'))"""
IS_HIT_NOT_IN_QUEUE = """not exists (
    select from queue_item i where i.kind = 'comment' and i.target = hit.comment and i.state = 'open')"""
IS_TRAINING_NOT_IN_FORCE = """weights is null
    or exists (select from spam_training t where t.weights is not null and t.id > spam_training.id)"""
IS_FINISHED_LETTER = """state not in ('planned', 'claimed', 'data')
    and (text <> '' or html is not null or message is not null)"""
IS_BOUNCE_NOT_SUPPRESSED = """not exists (
    select from mail_address a where a.address = mail_bounce.address and a.suppressed_at is not null)"""
# The newest event of a thread stays, since pages and the worker need its time.
IS_NOT_THE_NEWEST = "not exists (select from thread t where t.id = event.thread and t.last_seq <= event.seq)"


class Expiry(msgspec.Struct, frozen=True):
    """Rows of a table are deleted `days` after the time in the column `since`, if `where` is true.

    With `blank` (SQL assignments) the rows stay and only their text is removed; `where` must exclude those without
    text. `key` is the table's primary key.
    """

    table: str
    what: str
    since: str
    days: int
    where: str = "true"
    blank: str = ""
    key: str = "id"

    @property
    def name(self) -> str:
        return f"{self.table}: {self.what}"

    @property
    def is_over(self) -> str:
        """The SQL condition for rows whose time is over."""
        return f"{self.since} < now() - interval '{self.days} days' and ({self.where})"


class FileExpiry(msgspec.Struct, frozen=True):
    """Files of a folder are deleted `days` after their last change. Without the folder there are none."""

    what: str
    folder: Callable[[], Path | None]
    days: int


RULES = (
    Expiry("session", "sign-ins that are over", "expires_at", 0),
    Expiry("session", "sign-ins that nobody uses", "seen_at", UNUSED_DAYS),
    Expiry("token", "links to confirm an address, to sign in and to set a password", "expires_at", 1),
    Expiry("used_challenge", "challenges that passkeys signed", "expires_at", 0),
    Expiry("factor_recovery", "requests to remove a second step", "created_at", 14),
    Expiry("former_name", "former names of members", "changed_at", 372),
    Expiry("block", "mutes of members that are over", "muted_until", 1),
    Expiry("muted_word", "words that were muted for a time that is over", "muted_until", 1),
    Expiry("address_change", "changes of address", "expires_at", 1),
    Expiry("member", "accounts with an unconfirmed address", "created_at", 7, IS_UNUSED_ACCOUNT),
    Expiry(
        "mail_address", "suppressed addresses that belong to no member", "suppressed_at", 365, IS_NOBODYS_ADDRESS,
        key="address",
    ),
    Expiry(
        "sanctioned_address", "hashes of addresses of erased members who were suspended or silenced", "created_at", 0,
        IS_SANCTION_OVER, key="digest",
    ),
    Expiry("used_state", "used `state` values of sign-ins from other sites", "expires_at", 0, key="digest"),
    Expiry("invitation", "invitations that are over", "expires_at", 1),
    Expiry(
        "passage", "texts of articles that were taken down", PASSAGE_TAKEN_DOWN, 220, IS_PASSAGE_OF_TAKEN_DOWN,
        blank="html = '', text = ''",
    ),
    Expiry(
        "article", "texts of sources of articles that were taken down", TAKEN_DOWN.format(article="article.id"), 220,
        "restricted = 'none' and (source_text is not null or merge_base is not null)",
        blank="source_text = null, merge_base = null",
    ),
    Expiry(
        "article_import", "imports that failed or were never read", "changed_at", 30,
        "state not in ('ready', 'published')",
    ),
    Expiry("article_import", "drafts that were never published", "changed_at", DRAFT_DAYS, "state = 'ready'"),
    Expiry("article_import", "drafts of closed accounts", "changed_at", 7, IS_IMPORT_OF_CLOSED_ACCOUNT),
    Expiry("article_import", "imports that were published", "changed_at", 30, "state = 'published'"),
    Expiry(
        "media", "pictures that no article, draft or suggested update shows", "created_at", 7, IS_PICTURE_OF_NO_TEXT,
        key="hash",
    ),
    Expiry(
        "original", "PDFs that no article, draft or suggested update is from", "created_at", 7, IS_ORIGINAL_OF_NO_TEXT,
        key="hash",
    ),
    Expiry("visit", "when a member was in a thread", "seen_at", 365),
    Expiry("suggested_update", "suggested updates that were decided", "decided_at", 365, IS_DECIDED),
    Expiry(
        "comment", "the words of comments that their author deleted or withdrew", "deleted_at", DELETED_DAYS,
        f"state in ('deleted_by_author', 'withdrawn') and body <> '' and {IS_NOT_IN_QUEUE}",
        blank=NO_WORDS,
    ),
    Expiry(
        "comment_signature", "signatures of comments, by which near-copies are found", "created_at", 30, key="comment"
    ),
    Expiry("comment_label", "what webhooks said of comments", "created_at", 30),
    Expiry("comment_translation", "translations of comments", "created_at", 30),
    Expiry(
        "comment", "the words of comments that expired before a moderator came", "created_at", 90,
        f"state = 'expired' and body <> '' and {IS_NOT_IN_QUEUE}",
        blank=NO_WORDS,
    ),
    Expiry("comment_version", "earlier versions of such comments", "written_at", 90, IS_VERSION_WITHOUT_WORDS),
    Expiry(
        "imported_claim", "claims to imported comments that moderators refused or undid", "created_at", 365,
        "state in ('refused', 'undone')",
    ),
    Expiry("statement_proposal", "statements that moderators proposed for comments", "created_at", 90),
    Expiry(
        "report", "from which network a visitor reported", "resolved_at", 30, "network is not null",
        blank="network = null",
    ),
    Expiry(
        "report", "name and address of a visitor who reported", "resolved_at", 365,
        "name is not null or email is not null",
        blank="name = null, email = null",
    ),
    Expiry("hit", "what automatic rules matched", "created_at", 365, IS_HIT_NOT_IN_QUEUE),
    Expiry("spam_training", "trainings of the score of advertising", "created_at", 30, IS_TRAINING_NOT_IN_FORCE),
    Expiry("backtest", "back-tests of automatic rules", "changed_at", 90, "state in ('done', 'failed')"),
    Expiry("bulk_decision", "decisions on all that a filter found", "changed_at", 90, "state in ('done', 'undone')"),
    Expiry("second_look", "second looks at decisions", "created_at", 365),
    Expiry("vote_ring", "groups that may be voting rings", "found_at", 90),
    Expiry("notification", "notifications that were read", "read_at", 90),
    Expiry("notification", "notifications that nobody read", "created_at", 365, "read_at is null"),
    Expiry("unread_change", "that a member's numbers of what is unread changed", "created_at", 1),
    Expiry(
        "claim", "claims to articles that ended, or that were not confirmed", "created_at", 365, "state <> 'confirmed'"
    ),
    Expiry("issue", "issues of the digest, with their items", "planned_at", 120),
    Expiry("pick", "moderators' picks for the digest", "at", NEWS_DAYS),
    Expiry("feed_host", "when a site of a feed may be asked next, and its robots.txt", "next_at", 30, key="host"),
    Expiry("embed_code", "consents to be signed in on a publisher's site", "expires_at", 0, key="token_hash"),
    Expiry("first_comment", "first comments on articles of publishers, while the article is fetched", "created_at", 30),
    Expiry("export", "exports of members' data, with their files", "created_at", EXPORT_DAYS),
    Expiry("api_token", "tokens of the API that are over", "expires_at", 30),
    Expiry("webhook_delivery", "events that were sent to webhooks, or given up", "settled_at", 30),
    Expiry(
        "mail", "the text of letters that were sent or given up", "due_at", 7, IS_FINISHED_LETTER,
        blank="text = '', html = null, message = null",
    ),
    Expiry("mail", "that a letter was sent, to whom and with which subject", "due_at", 30),
    Expiry("mail_bounce", "bounces and complaints", "created_at", 90, IS_BOUNCE_NOT_SUPPRESSED),
    Expiry(
        "mail_address", "addresses with bounces that are not suppressed", "scored_at", 30, "suppressed_at is null",
        key="address",
    ),
    Expiry(
        "mail_domain", "how providers accept our mail", "filled_at", 30, "coalesce(paused_until < now(), true)",
        key="domain",
    ),
    Expiry("event", "what happened in threads", "handled_at", 30, IS_NOT_THE_NEWEST),
    Expiry("rate_bucket", "rate counters, while Redis was down", "filled_at", 7, key="key"),
    Expiry("job_failure", "items that a job failed at", "failed_at", 90),
)  # fmt: skip
FILES = (
    FileExpiry("letters written to files where there is no mail server", lambda: settings().data / "mail", 30),
    FileExpiry("bounces that were processed", lambda: inbox / "cur" if (inbox := settings().mail_inbox) else None, 14),
)


async def remove_expired() -> int:
    """Delete expired rows and files, and return their number. If one rule fails, the others are still applied."""
    rows = await attempts.each(
        "retention", RULES, remove_expired_rows, key=lambda rule: rule.name, in_transaction=False
    )
    files = await attempts.each(
        "retention",
        FILES,
        lambda files: asyncio.to_thread(_remove_files, files),
        key=lambda files: files.what,
        in_transaction=False,
    )
    return sum(rows) + sum(files)


async def remove_expired_rows(rule: Expiry) -> int:
    """Delete or blank the rows whose time is over, in batches, and return their number. Locked rows are skipped.

    A row that cannot be deleted is tried again later, like any item of a job (platform/events/attempts.py).
    """
    count = 0
    while removed := await _remove_batch(rule):
        count += removed
    return count


async def _remove_batch(rule: Expiry) -> int:
    removed, job, key = 0, f"retention of {rule.table}", f"{rule.table}.{rule.key}"
    expired = f"""
    select {key} from {rule.table} where {rule.is_over} and {attempts.due(job, key)}
    limit $1 for update of {rule.table} skip locked
    """  # noqa: S608 rules are constants

    async def remove(keys: Sequence[object]) -> None:
        nonlocal removed
        removed += await remove_rows(keys, rule)

    async with db.atomic():
        await attempts.in_halves(job, await db.values(expired, BATCH), remove)
    return removed


async def remove_rows(keys: Sequence[object], rule: Expiry) -> int:
    where = f"where {rule.key} = any($1)"
    if rule.blank:
        return await db.execute(f"update {rule.table} set {rule.blank} {where}", keys)  # noqa: S608 rules are constants
    return await db.execute(f"delete from {rule.table} {where}", keys)  # noqa: S608 rules are constants


def _remove_files(files: FileExpiry) -> int:
    folder = files.folder()
    if folder is None or not folder.is_dir():
        return 0
    oldest = time() - files.days * DAY
    expired = [file for file in folder.iterdir() if file.is_file() and file.stat().st_mtime < oldest]
    for file in expired:
        file.unlink(missing_ok=True)
    return len(expired)
