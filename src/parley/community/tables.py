"""The community's rules."""

from piccolo.columns import Boolean, Integer, Text, Timestamptz, Varchar
from piccolo.constraints import Check
from piccolo.table import Table


class Community(Table):
    """One row, which the first migration inserts. Without `rules`, Parley's own apply."""

    id = Integer(primary_key=True, null=False, default=1)
    rules = Text(null=False, default="")
    asks_declaration = Boolean(null=False, default=False)
    changed_at = Timestamptz(null=False)
    # The domain and the day in the ids of feed entries (`tag:` URIs, RFC 4151), which stay when the domain changes.
    tag_authority = Varchar(270, null=False, default="")

    community_one_check = Check("id = 1")
