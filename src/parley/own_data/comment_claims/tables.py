"""Members who say that they are the author of imported comments of which no address is known."""

from piccolo.columns import Array, BigInt, BigSerial, ForeignKey, OnDelete, Text, Timestamptz, Varchar
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from parley.people.accounts.tables import Member
from parley.platform.db.schema import Index


class ImportedClaim(Table, tablename="imported_claim"):
    """A member's claim to be an author of another site, which a moderator decides."""

    id = BigSerial(primary_key=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade)
    # The author: the format of the import (other_sites/formats), empty for JSON lines, and the name there.
    source = Varchar(80, null=False, default=None)
    name = Varchar(60, null=False, default=None)
    # The address of their page there, and what that must show.
    page = Text(null=False, default=None)
    token = Varchar(40, null=False, default=None)
    state = Varchar(9, null=False, default="waiting")
    # The comments that became the member's by it, to give them back.
    comments = Array(base_column=BigInt(), null=False, default=list)
    decided_by = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.set_null)
    created_at = Timestamptz(null=False)
    decided_at = Timestamptz(null=True, default=None)

    imported_claim_state_check = Check("state in ('waiting', 'confirmed', 'refused', 'undone')")
    imported_claim_member_source_name_key = Unique([member, source, name])

    imported_claim_author = Index("source, name", where="state = 'confirmed'", unique=True)
    imported_claim_waiting = Index("id", where="state = 'waiting'")
