"""Members who are the authors of articles, or speak for their publishers, and the author's pinned reply."""

from piccolo.columns import BigSerial, ForeignKey, OnDelete, SmallInt, Text, Timestamptz, Varchar
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from parley.articles.articles.tables import Article
from parley.discussion.comments.tables import Comment
from parley.people.accounts.tables import Member
from parley.platform.db.schema import Index


class Claim(Table):
    """A member's claim to be the author of an article, or to speak for its publisher, with what proves it."""

    id = BigSerial(primary_key=True)
    article = ForeignKey(Article, null=False, default=None, on_delete=OnDelete.cascade)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade)
    # `page`: the article's page names the member; `address`: they have an address at its domain; `word`: neither, so
    # somebody has to decide.
    way = Varchar(7, null=False, default=None)
    role = Varchar(9, null=False, default="author")
    state = Varchar(9, null=False, default="waiting")
    # What the page must hold, unless it links to the member's profile.
    token = Varchar(40, null=False, default=None)
    email = Varchar(254, null=True, default=None)
    text = Text(null=False, default="")
    # Why the last check found no proof, as a message; how many checks in a row found none; when the next one is due.
    note = Text(null=False, default="")
    misses = SmallInt(null=False, default=0)
    check_at = Timestamptz(null=True, default=None)
    decided_by = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.set_null)
    created_at = Timestamptz(null=False)

    claim_way_check = Check("way in ('page', 'address', 'word')")
    claim_role_check = Check("role in ('author', 'publisher')")
    claim_state_check = Check("state in ('waiting', 'confirmed', 'refused', 'ended')")
    claim_article_member_key = Unique([article, member])

    claim_member = Index("member")
    claim_check = Index("check_at", where="check_at is not null")


class AuthorReply(Table):
    """The comment that an article's author pinned above its discussion."""

    id = BigSerial(primary_key=True)
    article = ForeignKey(Article, null=False, default=None, on_delete=OnDelete.cascade, unique=True)
    comment = ForeignKey(Comment, null=False, default=None, on_delete=OnDelete.cascade, unique=True)
    created_at = Timestamptz(null=False)
