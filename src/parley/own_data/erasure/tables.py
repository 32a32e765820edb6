"""What an erasure has to leave."""

from piccolo.columns import BigInt, Bytea, Timestamptz
from piccolo.table import Table


class SanctionedAddress(Table):
    """The address of a member who was erased while suspended or silenced, as a keyed hash, until the decision ends."""

    digest = Bytea(primary_key=True, null=False, default=None)
    decision = BigInt(null=False, default=None)
    created_at = Timestamptz(null=False)
