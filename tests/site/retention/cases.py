"""The cases of all rules, by the name of the rule."""

from datetime import UTC, datetime, timedelta
from functools import partial

from parley.platform import db
from tests.site.retention import rows
from tests.site.retention.rows import Case, comment, insert, set_to

LATER = datetime.now(UTC) + timedelta(days=1)
SIGN_IN = insert("session", member=..., token_hash=..., expires_at=LATER)
LINK = insert("token", member=..., token_hash=..., purpose="reset", expires_at=LATER)
CHANGE = insert("address_change", member=..., email="new@example.org", confirm_hash=..., expires_at=LATER)
CHALLENGE = insert("used_challenge", digest=..., expires_at=LATER)
RECOVERY = insert("factor_recovery", member=..., token_hash=...)
FORMER = insert("former_name", member=..., name="mira", name_key="mira#")
ADDRESS = insert("mail_address", "address", address="ada#@example.org")
LETTER = insert("mail", kind="test", recipient="ada@example.org", subject="S", text="Words.", html="<p>", state="sent")
BOUNCE = insert("mail_bounce", mail=1, address="ada@example.org", kind="gone", digest="#")
IMPORT = partial(insert, "article_import", member=..., source="url")
PICTURE = insert("media", "hash", hash=..., mime="image/webp", width=1, height=1, data=b"x")
PROPOSAL = insert("statement_proposal", comment=..., member=..., text="It is so.")
SUGGESTION = insert("suggested_update", thread=..., member=..., state="accepted")
NOTIFICATION = insert("notification", member=..., kind="reply", event=1, comment=None)
# The decision about the thread that was made last, which is the one of row $1.
DECIDED = "update decision set created_at = $2 where target = (select max(id) from thread) and $1::bigint is not null"
NO_WORDS = "body = '' and html = '' and quote is null and statement is null"


async def has_account(address: str) -> None:
    await db.execute("update member set email = initcap($2) where id = $1", await rows.member(), address)


async def suppressed(bounce: int) -> None:
    await db.execute(
        "insert into mail_address (address, suppressed_at) select address, now() from mail_bounce where id = $1", bounce
    )


CASES = {
    "session: sign-ins that are over": Case(SIGN_IN),
    "session: sign-ins that nobody uses": Case(SIGN_IN),
    "block: mutes of members that are over": Case(
        rows.mute,
    ),
    "muted_word: words that were muted for a time that is over": Case(
        insert("muted_word", member=..., word="words", pattern="words", muted_until=LATER)
    ),
    "invitation: invitations that are over": Case(
        insert("invitation", member=..., token_hash=..., uses=1, expires_at=LATER)
    ),
    "sanctioned_address: hashes of addresses of erased members who were suspended or silenced": Case(
        insert("sanctioned_address", "digest", digest=..., decision=0), {"in force": rows.sanction}
    ),
    "used_state: used `state` values of sign-ins from other sites": Case(
        insert("used_state", "digest", digest=..., expires_at=LATER)
    ),
    "token: links to confirm an address, to sign in and to set a password": Case(LINK),
    "used_challenge: challenges that passkeys signed": Case(CHALLENGE),
    "factor_recovery: requests to remove a second step": Case(RECOVERY),
    "former_name: former names of members": Case(FORMER),
    "address_change: changes of address": Case(CHANGE),
    "member: accounts with an unconfirmed address": Case(
        rows.unverified,
        {
            "confirmed": lambda member: rows.make.put_state("member", member, "active"),
            "with a note": rows.note_on,
            "with a decision": rows.decide_on,
        },
    ),
    "mail_address: suppressed addresses that belong to no member": Case(
        ADDRESS,
        {"of a member": has_account, "not held back": set_to("mail_address", "suppressed_at = null", "address")},
    ),
    "mail_address: addresses with bounces that are not suppressed": Case(
        ADDRESS, {"held back": set_to("mail_address", "suppressed_at = now()", "address")}
    ),
    "mail_domain: how providers accept our mail": Case(
        insert("mail_domain", "domain", domain="site#.example", tokens=1.0),
        {"paused": set_to("mail_domain", "paused_until = now() + interval '1 hour'", "domain")},
    ),
    "mail: the text of letters that were sent or given up": Case(
        LETTER,
        {state: set_to("mail", f"state = '{state}'") for state in ("planned", "claimed", "data")},
        "text = '' and html is null and message is null",
    ),
    "mail: that a letter was sent, to whom and with which subject": Case(LETTER),
    "mail_bounce: bounces and complaints": Case(BOUNCE, {"held back": suppressed}),
    "event: what happened in threads": Case(
        rows.event, {"not handled": set_to("event", "handled_at = null"), "newest": rows.is_newest}
    ),
    "rate_bucket: rate counters, while Redis was down": Case(insert("rate_bucket", "key", key="limit:#", tokens=1.0)),
    "embed_code: consents to be signed in on a publisher's site": Case(
        insert("embed_code", "token_hash", token_hash=..., site="pub", member=..., challenge="c", expires_at=LATER)
    ),
    "first_comment: first comments on articles of publishers, while the article is fetched": Case(
        insert("first_comment", site="pub", url="https://pub.example/", member=..., body="Words.", submission="#")
    ),
    "feed_host: when a site of a feed may be asked next, and its robots.txt": Case(
        insert("feed_host", "host", host="blog#.example")
    ),
    "job_failure: items that a job failed at": Case(insert("job_failure", job="a job", item="#")),
    "passage: texts of articles that were taken down": Case(
        rows.text_taken_down, {"shown again": rows.text_restored}, "html = '' and text = ''", DECIDED
    ),
    "article: texts of sources of articles that were taken down": Case(
        rows.source_taken_down, {"shown again": rows.source_restored}, "source_text is null", DECIDED
    ),
    "article_import: imports that failed or were never read": Case(
        IMPORT(state="failed"),
        {state: set_to("article_import", f"state = '{state}'") for state in ("ready", "published")},
    ),
    "article_import: drafts that were never published": Case(
        IMPORT(state="ready"), {"being read": set_to("article_import", "state = 'fetching'")}
    ),
    "article_import: drafts of closed accounts": Case(
        rows.import_of_closed_account,
        {"open account": rows.reopened, "published": set_to("article_import", "state = 'published'")},
    ),
    "article_import: imports that were published": Case(
        IMPORT(state="published"), {"draft": set_to("article_import", "state = 'ready'")}
    ),
    "media: pictures that no article, draft or suggested update shows": Case(
        PICTURE, {"in an article": rows.in_article, "in a draft": rows.in_draft, "suggested": rows.in_suggestion}
    ),
    "original: PDFs that no article, draft or suggested update is from": Case(
        insert("original", "hash", hash=..., data=b"x"),
        {"in an article": rows.in_article, "in a draft": rows.in_draft, "suggested": rows.in_suggestion},
    ),
    "visit: when a member was in a thread": Case(insert("visit", member=..., thread=...)),
    "suggested_update: suggested updates that were decided": Case(
        SUGGESTION,
        {
            "waiting": set_to("suggested_update", "state = 'waiting', draft = '{}'"),
            "its notification": rows.notified_of,
        },
    ),
    "statement_proposal: statements that moderators proposed for comments": Case(PROPOSAL),
    "comment: the words of comments that their author deleted or withdrew": Case(
        lambda: comment("deleted_by_author"),
        {"in work": rows.in_work, "back again": lambda one: rows.make.put_state("comment", one, "visible")},
        NO_WORDS,
    ),
    "comment: the words of comments that expired before a moderator came": Case(
        lambda: comment("expired"), {"in work": rows.in_work}, NO_WORDS
    ),
    "comment_version: earlier versions of such comments": Case(
        rows.version_of_deleted, {"with words": rows.its_comment_has_words}
    ),
    "report: from which network a visitor reported": Case(
        rows.visitors_report(), {"open again": rows.open_again}, "network is null and email is not null"
    ),
    "report: name and address of a visitor who reported": Case(
        rows.visitors_report(), {"open again": rows.open_again}, "name is null and email is null"
    ),
    "hit: what automatic rules matched": Case(rows.hit, {"in work": rows.hit_in_work}),
    "backtest: back-tests of automatic rules": Case(
        rows.backtest, {"waiting": set_to("backtest", "state = 'waiting'")}
    ),
    "comment_signature: signatures of comments, by which near-copies are found": Case(rows.comment_signature),
    "comment_label: what webhooks said of comments": Case(rows.comment_label),
    "comment_translation: translations of comments": Case(rows.comment_translation),
    "spam_training: trainings of the score of advertising": Case(
        insert("spam_training", spam=30, harmless=30, figures="{}"),
        {"in force": set_to("spam_training", r"weights = '\x00'")},
    ),
    "vote_ring: groups that may be voting rings": Case(
        insert("vote_ring", members=[1, 2, 3], share=0.9, share_of_others=0.1)
    ),
    "bulk_decision: decisions on all that a filter found": Case(
        rows.bulk_decision, {"undone just now": set_to("bulk_decision", "state = 'undoing'")}
    ),
    "second_look: second looks at decisions": Case(rows.second_look),
    "notification: notifications that were read": Case(
        NOTIFICATION, {"unread": set_to("notification", "read_at = null")}
    ),
    "unread_change: that a member's numbers of what is unread changed": Case(insert("unread_change", member=...)),
    "notification: notifications that nobody read": Case(
        NOTIFICATION, {"read lately": set_to("notification", "read_at = now()")}
    ),
    "issue: issues of the digest, with their items": Case(insert("issue", member=..., period="#", due_at=LATER)),
    "claim: claims to articles that ended, or that were not confirmed": Case(
        rows.ended_claim,
        {"confirmed": set_to("claim", "state = 'confirmed'")},
    ),
    "imported_claim: claims to imported comments that moderators refused or undid": Case(
        insert("imported_claim", member=..., source="hackernews", name="pg", page="#", token="#", state="refused"),
        {"confirmed": set_to("imported_claim", "state = 'confirmed'")},
    ),
    "api_token: tokens of the API that are over": Case(
        insert("api_token", member=..., token_hash=..., name="a test", expires_at=LATER)
    ),
    "webhook_delivery: events that were sent to webhooks, or given up": Case(rows.sent_to_webhook),
    "export: exports of members' data, with their files": Case(insert("export", member=...)),
    "pick: moderators' picks for the digest": Case(insert("pick", thread=..., member=...)),
}
