"""The community's rules."""

from piccolo.columns import Boolean, Integer, Text, Timestamptz
from piccolo.constraints import Check
from piccolo.table import Table


class Community(Table):
    """One row, which the first migration inserts. Without `rules`, Parley's own apply."""

    id = Integer(primary_key=True, null=False, default=1)
    rules = Text(null=False, default="")
    asks_declaration = Boolean(null=False, default=False)
    changed_at = Timestamptz(null=False)

    community_one_check = Check("id = 1")
