"""Publishers' sites, sign-ins on them, and comments that were written there."""

from piccolo.columns import (
    Array,
    BigInt,
    BigSerial,
    Boolean,
    Bytea,
    ForeignKey,
    OnDelete,
    SmallInt,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from parley.discussion.comments.tables import Comment
from parley.discussion.threads.tables import Topic
from parley.people.accounts.tables import Member
from parley.platform.db.schema import Index


class Site(Table):
    """A publisher's site, whose pages may show discussions. `key` is the one in its script tag."""

    key = Varchar(40, primary_key=True, null=False, default=None)
    # Such as `https://pub.example`.
    origins = Array(base_column=Text(), null=False, default=None)
    # The topic of the threads that readers open by a first comment.
    topic = ForeignKey(Topic, null=False, default=None, on_delete=OnDelete.restrict)
    # The key in PARLEY_PROVIDERS of the site's own sign-in, which its readers are offered first; empty without one.
    provider = Varchar(20, null=False, default="")
    created_at = Timestamptz(null=False)


class EmbedCode(Table):
    """A member's consent to be signed in on a site: a code that only the frame with the verifier can use (PKCE)."""

    token_hash = Bytea(primary_key=True, null=False, default=None)
    site = Varchar(40, null=False, default=None)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade)
    challenge = Varchar(43, null=False, default=None)
    expires_at = Timestamptz(null=False, default=None)


class CommentSite(Table):
    """The site on which a comment was written; a name that stays when the site is removed."""

    comment = ForeignKey(Comment, primary_key=True, null=False, default=None, on_delete=OnDelete.cascade)
    site = Varchar(40, null=False, default=None)


class FirstComment(Table):
    """A comment on an article that has no thread yet: the worker fetches the article, and posts it."""

    id = BigSerial(primary_key=True)
    site = Varchar(40, null=False, default=None)
    url = Text(null=False, default=None)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade)
    body = Text(null=False, default=None)
    stance = Varchar(10, null=True, default=None)
    assisted = Boolean(null=False, default=False)
    submission = Varchar(36, null=False, default=None)
    # `waiting`, `posted` or `failed`; `message` says why it failed.
    state = Varchar(7, null=False, default="waiting")
    message = Text(null=False, default="")
    thread = BigInt(null=True, default=None)
    comment = BigInt(null=True, default=None)
    attempts = SmallInt(null=False, default=0)
    created_at = Timestamptz(null=False)
    # When the worker tries it next. A claim moves it, so that the comment is due again if its worker dies.
    due_at = Timestamptz(null=False)

    first_comment_state_check = Check("state in ('waiting', 'posted', 'failed')")
    first_comment_member_submission_key = Unique([member, submission])

    first_comment_due = Index("due_at", where="state = 'waiting'")
