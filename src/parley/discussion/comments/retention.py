"""How long the text of comments is kept that nobody can read any more."""

from parley.platform.retention import Kept, RetentionRule

# Pages show this number to members who delete a comment.
DELETED_DAYS = 90

IS_NOT_IN_QUEUE = """not exists (
    select from queue_item i where i.kind = 'comment' and i.target = comment.id and i.state = 'open')"""
NO_WORDS = "body = '', html = '', statement = null, quote = null, prefix = null, suffix = null, words = null"

RULES = (
    RetentionRule(
        table="comment",
        what="the words of comments that their author deleted or withdrew",
        days=DELETED_DAYS,
        since="deleted_at",
        after="they were deleted; longer while moderators work on it",
        why="their author took them back; until then moderators can read what was reported",
        where=f"state in ('deleted_by_author', 'withdrawn') and body <> '' and {IS_NOT_IN_QUEUE}",
        blank=NO_WORDS,
    ),
    RetentionRule(
        table="comment_signature",
        what="signatures of comments, by which near-copies are found",
        days=30,
        since="created_at",
        after="they were posted",
        why="advertising comes back within weeks; no text can be read from a signature",
        key="comment",
    ),
    RetentionRule(
        table="comment",
        what="the words of comments that expired before a moderator came",
        days=90,
        since="created_at",
        after="they were written",
        why="their author got them back by mail after 14 days",
        where=f"state = 'expired' and body <> '' and {IS_NOT_IN_QUEUE}",
        blank=NO_WORDS,
    ),
    RetentionRule(
        table="comment_version",
        what="earlier versions of such comments",
        days=90,
        since="written_at",
        after="they were written, once the words of the comment are gone",
        why="nobody can read them any more",
        where="""exists (select from comment c where c.id = comment_version.comment and c.body = ''
                         and c.state in ('deleted_by_author', 'withdrawn', 'expired'))""",
    ),
)
KEPT: Kept = {
    "comment": "published; what moderators removed stays for appeals",
    "comment_version": "the public history of a comment",
    "passage_count": "a few rows per thread",
    "imported_address": "until whoever has that address claims the comment",
    "quoted_words": "the article's words, as long as comments are about them",
}
