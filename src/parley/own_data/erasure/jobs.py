"""The worker's jobs: erase the accounts whose time is over, and write new names where comments mention the old ones.

docs/erasure.md explains what stays of an account, and why.
"""

import asyncio

import msgspec
import structlog

from parley.moderation.modlog import ops as modlog
from parley.own_data.erasure import ledger, letters, mentions, sanctioned, words
from parley.own_data.erasure.rules import Scope
from parley.people.account_settings import renaming
from parley.people.accounts import names, reserved_names, viewer_cache
from parley.platform import db
from parley.platform.events import attempts

log = structlog.get_logger(__name__)

SELECT_DUE_MEMBERS = f"""
select id, name, erase_words, erase_articles, erase_quotes, mentioned_as from member
where erase_at <= now() and {attempts.due("erasures", "member.id")}
order by erase_at limit 10
"""  # noqa: S608 constants only
# Waits while the member signs in at this moment.
SELECT_DUE_MEMBER = "select id from member where id = $1 and erase_at <= now() for no key update"
HAS_VOTES = "select exists (select from vote where member = $1)"
# Their name, a key, changes at the end. Who refers to the member meanwhile would wait, and hold what is deleted before.
LOCK_MEMBER = "select from member where id = $1 for update"

# A name that is no longer reserved for its member can become another's, and mentions of it would lead there.
EXPIRE_NAMES = """
with expired as (
    delete from former_name where changed_at < now() - interval '365 days' returning member, name
)
update member set mentioned_as = mentioned_as || array(select e.name from expired e where e.member = member.id)
where id in (select member from expired)
"""
SELECT_RENAMED = f"""
select id, name, mentioned_as from member
where mentioned_as <> '{{}}' and {attempts.due("mentions", "member.id")} order by id limit 10
"""  # noqa: S608 constants only
SELECT_DUE_NAMES = f"""
select member from former_name where changed_at < now() - interval '365 days'
union all select id from ({SELECT_RENAMED}) renamed
"""  # noqa: S608 constants only
# A name that was added meanwhile stays.
RECORD_REWRITTEN = """
update member set mentioned_as = array(select one from unnest(mentioned_as) as one where one <> all($2::text[]))
where id = $1
"""
# The votes that one statement deletes, in a tenth of a second: others who vote on these comments or reply wait for it.
MOST_VOTES, RETRY_SECONDS = 200, 0.01
# A vote on a comment that somebody else changes now is left for the next statement: waiting for it could be a deadlock.
SOME_VOTES = """chosen as (
    select v.id from vote v join comment c on c.id = v.comment where v.member = $1 and v.axis = '{}'
    order by v.comment limit $2 for no key update of v, c skip locked
)"""
# Votes of agreement are opinions (GDPR, article 9), so they go. Votes of quality become anonymous counts. Both return
# how many were deleted; there may be more.
DELETE_VOTES = f"""
with {SOME_VOTES.format("quality")}, gone as (
    delete from vote where id in (select id from chosen) returning comment, value, counted
), counters as (
    update comment c set base_ups = base_ups + (value = 1)::int, ups = ups - (value = 1)::int,
      base_downs = base_downs + (value = -1)::int, downs = downs - (value = -1)::int
    from gone where c.id = gone.comment and counted
)
select count(*) from gone
"""  # noqa: S608 constants only
DELETE_ANSWERS = f"""
with {SOME_VOTES.format("agreement")}, gone as (
    delete from vote where id in (select id from chosen) returning comment, value, counted, wording
), counters as (
    update comment c set agrees = agrees - (value = 1)::int, disagrees = disagrees - (value = -1)::int,
      unsure = unsure - (value = 0)::int
    from gone where c.id = gone.comment and gone.counted and c.wording = gone.wording
)
select count(*) from gone
"""  # noqa: S608 constants only
# What an article claims stays, as its title does; who said so is forgotten.
DELETE_THESIS_ANSWERS = """
with gone as (
    delete from thesis_answer where member = $1 returning thesis, value, counted
)
update thesis h set agrees = agrees - (value = 1)::int, disagrees = disagrees - (value = -1)::int,
  unsure = unsure - (value = 0)::int
from gone where h.id = gone.thesis and gone.counted and value is not null
"""
# Sign-in, settings, what they read and follow, and drafts.
OWN_TABLES = [
    "session",
    "token",
    "authenticator",
    "passkey",
    "factor_recovery",
    "former_name",
    "api_token",
    "embed_code",
    "first_comment",
    "address_change",
    "recovery_code",
    "identity",
    "invitation",
    "sign_up",
    "visit",
    "kept_item",
    "follow",
    "topic_follow",
    "room_moderator",
    "muted_word",
    "notification",
    "unread_count",
    "notification_preference",
    "quiet_hours",
    "issue_item",
    "issue",
    "subscription",
    "export",
    "claim",
    "imported_claim",
    "note",
    "article_import",
]
ROWS = (
    DELETE_THESIS_ANSWERS,
    "update thesis set member = null where member = $1",
    *(f"delete from {table} where member = $1" for table in OWN_TABLES),  # noqa: S608 constants only
    # What the deletions above recorded.
    "delete from unread_change where member = any(array[$1, -$1::bigint])",
    "update sign_up set inviter = null where inviter = $1",
    "delete from block where member = $1 or other = $1",
    "delete from comment_label l using comment c where c.id = l.comment and c.author = $1",
    "delete from saved_reason where moderator = $1",
    """delete from notification n using suggested_update s
       where n.suggestion = s.id and s.member = $1 and s.state = 'waiting'""",
    "delete from suggested_update where member = $1 and state = 'waiting'",
    # What moderators removed from the profile.
    "update decision set before = before - '{name,bio,title}'::text[] where kind = 'member' and target = $1",
)
SELECT_REMOVED_NAMES = """
select distinct before ->> 'name' from decision where kind = 'member' and target = $1 and before ? 'name'
"""
# The database lets only suspended and deactivated members be anonymised (schema.sql). A suspension that has ended
# meanwhile left the member active or silenced.
DEACTIVATE_MEMBER = "update member set state = 'deactivated' where id = $1 and state in ('active', 'silenced')"
# No member can have a name with spaces. `erase_words` stays: comments that moderators show later are deleted too
# (discussion/comments/states.py).
ANONYMISE_MEMBER = """
update member set state = 'anonymised', name = 'former member ' || id, name_key = 'former member ' || id,
  email = 'erased-' || id, email_key = 'erased-' || id, password_hash = null, role = 'member', staff_since = null,
  state_until = null, state_reason = '', state_before = null, title = '', bio = '', zone = 'UTC', language = '',
  reads = '{}', has_feed = false, visited_at = null, in_maps = false, erase_at = null, mentioned_as = '{}'
where id = $1
"""


class RenamedMember(msgspec.Struct, frozen=True):
    id: int
    name: str
    mentioned_as: list[str]


class DueErasure(msgspec.Struct, frozen=True):
    id: int
    name: str
    erase_words: bool
    erase_articles: bool
    erase_quotes: bool
    mentioned_as: list[str]

    @property
    def scope(self) -> Scope:
        return Scope(self.erase_words, self.erase_articles, self.erase_quotes)


async def erase_due() -> int:
    """Erase the members whose 14 days are over, and return how many there were."""
    due = await db.fetch(DueErasure, SELECT_DUE_MEMBERS)
    await attempts.each("erasures", due, erase, key=lambda erasure: erasure.id, in_transaction=False)
    return len(due)


async def erase_all_due() -> None:
    """Erase them all at once, as a restore does before Parley starts again."""
    while await erase_due():
        pass


async def erase(member: DueErasure) -> None:
    """Erase one member. The name goes last, so that the next sweep continues after an interruption."""
    # They may have just come back. From now on they cannot (people/accounts/states.py).
    if not await db.values(SELECT_DUE_MEMBER, member.id):
        return
    if member.erase_words and not await words.erase(member.id, blanks_quotes=member.erase_quotes):
        return
    all_names = [member.name, *await renaming.former(member.id), *member.mentioned_as]
    all_names += await db.values(SELECT_REMOVED_NAMES, member.id)
    for name in all_names:
        await mentions.erase(member.id, name)
        # A backup may be older than the last change of the name.
        ledger.write(member.id, names.key(name), member.scope)
    while await db.value(HAS_VOTES, member.id):
        for some in (DELETE_VOTES, DELETE_ANSWERS):
            while await db.value(some, member.id, MOST_VOTES):
                pass
        await asyncio.sleep(RETRY_SECONDS)
    await modlog.forget_removed(member.id, words=False)
    await words.forget_decided(member.id)
    async with db.atomic():
        await db.execute(LOCK_MEMBER, member.id)
        await reserved_names.reserve(all_names)
        await sanctioned.note(member.id)
        await letters.forget_addresses(member.id)
        for deletion in (*ROWS, DEACTIVATE_MEMBER, ANONYMISE_MEMBER):
            await db.execute(deletion, member.id)
        viewer_cache.clear_after_commit()
    log.info("member erased", member=member.id, scope=str(member.scope))


async def rewrite_mentions() -> int:
    """Write the present names of members in comments that mention former ones; return the number of members.

    These are names that moderators removed, and those that members gave up a year ago.
    """
    await db.execute(EXPIRE_NAMES)
    due = await db.fetch(RenamedMember, SELECT_RENAMED)
    await attempts.each("mentions", due, rewrite, key=lambda rewrite: rewrite.id, in_transaction=False)
    return len(due)


async def rewrite(member: RenamedMember) -> None:
    """Rewrite the mentions of one member. After an interruption the next sweep does it again."""
    for former in member.mentioned_as:
        if former != member.name:
            await mentions.rename(former, member.name)
    await db.execute(RECORD_REWRITTEN, member.id, member.mentioned_as)
