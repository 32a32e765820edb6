"""Personal tokens of the API."""

from piccolo.columns import Array, BigSerial, Bytea, ForeignKey, OnDelete, Timestamptz, Varchar
from piccolo.table import Table

from parley.people.accounts.tables import Member
from parley.platform.db.schema import Index


class ApiToken(Table, tablename="api_token"):
    """A token with which a member's programs use the API. Only its SHA-256 hash is stored."""

    id = BigSerial(primary_key=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade)
    token_hash = Bytea(null=False, default=None, unique=True)
    name = Varchar(60, null=False, default=None)
    # What it may do besides reading (scopes.py).
    scopes = Array(base_column=Varchar(10), null=False, default=list)
    created_at = Timestamptz(null=False)
    expires_at = Timestamptz(null=False, default=None)
    # Exact to five minutes.
    used_at = Timestamptz(null=True, default=None)

    api_token_member = Index("member")
