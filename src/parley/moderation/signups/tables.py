"""Invitations, and which members were invited or had to wait for a moderator."""

from piccolo.columns import BigSerial, Boolean, Bytea, ForeignKey, OnDelete, SmallInt, Text, Timestamptz
from piccolo.table import Table

from parley.people.accounts.tables import Member
from parley.platform.db.schema import Index


class Invitation(Table):
    """A link with which others sign up. Only the SHA-256 hash of its token is stored."""

    id = BigSerial(primary_key=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade)
    token_hash = Bytea(null=False, default=None, unique=True)
    # How many can still use it.
    uses = SmallInt(null=False, default=1)
    created_at = Timestamptz(null=False)
    expires_at = Timestamptz(null=False, default=None)

    invitation_member = Index("member")


class SignUp(Table, tablename="sign_up"):
    """Who invited a member, and whether they wait for a moderator."""

    member = ForeignKey(Member, primary_key=True, null=False, default=None, on_delete=OnDelete.cascade)
    inviter = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.set_null)
    waits = Boolean(null=False, default=False)
    # What they wrote to the moderators.
    message = Text(null=False, default="")
    created_at = Timestamptz(null=False)
    # When they confirmed their address. Moderators see them from then on.
    confirmed_at = Timestamptz(null=True, default=None)

    sign_up_waits = Index("confirmed_at", where="waits")
    sign_up_inviter = Index("inviter", where="inviter is not null")
