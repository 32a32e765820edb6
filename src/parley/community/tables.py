"""What this community asks of its members."""

from piccolo.columns import Boolean, Integer, Text, Timestamptz
from piccolo.constraints import Check
from piccolo.table import Table


class Community(Table):
    """One row, which the migrations write. Without rules of its own it goes by those that come with Parley."""

    id = Integer(primary_key=True, null=False, default=1)
    rules = Text(null=False, default="")
    asks_declaration = Boolean(null=False, default=False)
    changed_at = Timestamptz(null=False)

    community_one_check = Check("id = 1")
