"""How long exports are kept."""

from parley.platform.retention import Kept, RetentionRule

# Also stated by templates/own_data/exports/_export.html.
DAYS = 7

RULES = (
    RetentionRule(
        table="export",
        what="exports of members' data, with their files",
        days=DAYS,
        since="created_at",
        after="they were requested",
        why="their member has downloaded the file, and can request another",
    ),
)
KEPT: Kept = {"export_part": "deleted with its export"}
