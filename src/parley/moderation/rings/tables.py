"""Groups that may be voting rings."""

from piccolo.columns import Array, BigInt, BigSerial, DoublePrecision, ForeignKey, OnDelete, Timestamptz
from piccolo.table import Table

from parley.people.accounts.tables import Member


class VoteRing(Table, tablename="vote_ring"):
    """A group whose upvotes went to each other; the figures of each member are read when it is shown."""

    id = BigSerial(primary_key=True)
    members = Array(base_column=BigInt(), null=False, default=list)
    # The share of their upvotes that went to the group, and the share of all others' upvotes that did.
    share = DoublePrecision(null=False, default=None)
    share_of_others = DoublePrecision(null=False, default=None)
    found_at = Timestamptz(null=False)
    # When and by whom it was judged to be no ring.
    dismissed_at = Timestamptz(null=True, default=None)
    dismissed_by = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.restrict)
