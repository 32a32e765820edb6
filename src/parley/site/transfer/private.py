"""What a private export has: every row, except those that belong to this installation only."""

from piccolo.columns import Column

from parley.platform.db.schema import Generated
from parley.site.piccolo_app import TABLES

# Tables that are not exported, and why.
LEFT_OUT = {
    "rate_bucket": "counters of this moment",
    "job_failure": "failures of this installation",
    "mail": "letters that wait are sent from here",
    "mail_domain": "how providers accept mail from here",
    "mail_bounce": "what came back to here",
    "session": "everybody signs in again",
    "token": "mailed links lead here",
    "address_change": "mailed links lead here",
    "embed_code": "valid for a minute",
    "api_token": "programs get new tokens",
    "webhook": "receivers get new secrets",
    "webhook_delivery": "belongs to a webhook",
    "webmention": "the pages were told of the address that the thread has here",
    "export": "files of members, which they can request again",
    "export_part": "belongs to such a file",
    "link_picture": "drawn anew",
    "hub_position": "the hub is told of what happens here",
    "comment_translation": "asked for anew",
    "search_document": "indexed anew",
    "search_word": "indexed anew",
}
# Columns whose values mean nothing elsewhere: transactions are numbered anew, events are indexed again, and
# beginnings are made again.
LEFT_OUT_COLUMNS = {"event": {"xid", "indexed_at"}, "comment": {"beginning"}}
# A reply refers to the comment that it answers, which must be there before.
ORDER = {"comment": "depth, id"}


def columns() -> dict[str, list[Column]]:
    """Return the tables that are exported, with their columns, in an order in which rows can be inserted."""
    by_table = {table._meta.tablename: table._meta.columns for table in TABLES}  # noqa: SLF001 Piccolo describes tables so
    return {
        table: [
            column
            for column in of_table
            # Neither computed by PostgreSQL nor left out.
            if not isinstance(column, Generated) and name_of(column) not in LEFT_OUT_COLUMNS.get(table, ())
        ]
        for table, of_table in by_table.items()
        if table not in LEFT_OUT
    }


def name_of(column: Column) -> str:
    name: str = column._meta.db_column_name  # noqa: SLF001 as above
    return name


def selects() -> dict[str, str]:
    """Return the query of each table's rows."""
    queries = {}
    for table, of_table in columns().items():
        names = ", ".join(f'"{name_of(column)}"' for column in of_table)
        queries[table] = f"select {names} from {table} order by {ORDER.get(table, '1')}"  # noqa: S608 our own tables
    return queries
