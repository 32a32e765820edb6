"""Notes of the staff about members."""

from piccolo.columns import BigSerial, ForeignKey, OnDelete, Text, Timestamptz
from piccolo.table import Table

from parley.people.accounts.tables import Member
from parley.platform.db.schema import Index


class Note(Table):
    """A note about a member, which only staff can read."""

    id = BigSerial(primary_key=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.restrict)
    author = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.restrict)
    text = Text(null=False, default=None)
    created_at = Timestamptz(null=False)

    note_member = Index("member, id desc")
