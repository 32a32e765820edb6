"""Members' accounts at other sites, with which they sign in here."""

from piccolo.columns import BigSerial, Bytea, ForeignKey, OnDelete, Timestamptz, Varchar
from piccolo.constraints import Unique
from piccolo.table import Table

from parley.people.accounts.tables import Member
from parley.platform.db.schema import Index


class Identity(Table):
    """An account at another site. It is never found by an e-mail address, only by its subject there."""

    id = BigSerial(primary_key=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade)
    # The issuer or address of the provider (platform/providers.py), and what it calls the account.
    source = Varchar(200, null=False, default=None)
    subject = Varchar(255, null=False, default=None)
    created_at = Timestamptz(null=False)

    identity_source_subject_key = Unique([source, subject])

    identity_member = Index("member")


class UsedState(Table, tablename="used_state"):
    """The hash of a sign-in's `state` that came back once, so that no answer of a provider is accepted twice."""

    digest = Bytea(primary_key=True, null=False, default=None)
    expires_at = Timestamptz(null=False, default=None)
