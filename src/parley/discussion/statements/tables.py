"""Statements that moderators propose, and statements that were merged. A comment's own statement is in its row."""

from piccolo.columns import BigSerial, ForeignKey, OnDelete, Timestamptz, Varchar
from piccolo.constraints import Check
from piccolo.table import Table

from parley.discussion.comments.tables import Comment
from parley.people.accounts.tables import Member
from parley.platform.db.schema import Index


class StatementProposal(Table, tablename="statement_proposal"):
    """A statement that a moderator proposes for a comment. It is shown once the comment's author confirms it."""

    id = BigSerial(primary_key=True)
    comment = ForeignKey(Comment, null=False, default=None, on_delete=OnDelete.cascade)
    text = Varchar(140, null=False, default=None)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.restrict)
    # `waiting`, `confirmed` or `declined`.
    state = Varchar(9, null=False, default="waiting")
    created_at = Timestamptz(null=False)
    decided_at = Timestamptz(null=True, default=None)

    statement_proposal_state_check = Check("state in ('waiting', 'confirmed', 'declined')")
    statement_proposal_decided_check = Check("(decided_at is null) = (state = 'waiting')")

    statement_proposal_waiting = Index("comment", where="state = 'waiting'", unique=True)
    statement_proposal_member = Index("member")


class MergedStatement(Table, tablename="merged_statement"):
    """A statement that says the same as another one of its thread; only that one is asked."""

    id = BigSerial(primary_key=True)
    comment = ForeignKey(Comment, null=False, default=None, on_delete=OnDelete.cascade, unique=True)
    kept = ForeignKey(Comment, null=False, default=None, on_delete=OnDelete.cascade)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.restrict)
    created_at = Timestamptz(null=False)

    merged_statement_kept_check = Check("comment <> kept")

    merged_statement_kept = Index("kept")
    merged_statement_member = Index("member")
