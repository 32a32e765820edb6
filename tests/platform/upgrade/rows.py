"""A row for each table that is still empty, made of what its columns need."""

import asyncpg

COLUMNS = """
select a.attname as name, format_type(a.atttypid, null) as type, r.relname as target, k.attname as key
from pg_attribute a
left join pg_constraint c on c.conrelid = a.attrelid and c.contype = 'f' and c.conkey = array[a.attnum]
left join pg_class r on r.oid = c.confrelid
left join pg_attribute k on k.attrelid = c.confrelid and k.attnum = c.confkey[1]
left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped and a.attnotnull and a.attgenerated = ''
  and (d.adbin is null or pg_get_expr(d.adbin, d.adrelid) like 'NULL%')
order by a.attnum
"""
VALUES = {
    "bytea": "'words'::bytea",
    "jsonb": "'{}'::jsonb",
    "boolean": "true",
    "timestamp with time zone": "now()",
    "date": "current_date",
    "time without time zone": "'08:00'",
    "text": "'words'",
    "tsvector": "'words'::tsvector",
    "xid8": "'1'::xid8",
    "real[]": "'{}'",
    "bigint[]": "'{}'",
    "text[]": "'{}'",
    "character varying[]": "'{}'",
    "character varying": "'words'",
}
# Where a column takes only some words.
CHOSEN = {
    ("block", "kind"): "'mute'",
    ("merged_statement", "kept"): "(select max(id) from comment)",
    ("notification_preference", "kind"): "'reply'",
    ("notification_preference", "channel"): "'page'",
    ("page_text", "page"): "'about'",
    ("quiet_hours", "ends"): "7",
    ("raid", "holds"): "'links'",
    ("rights_request", "ground"): "'privacy'",
    ("rights_request", "wish"): "'remove'",
    ("webmention", "state"): "'sent'",
    ("statement_verdict", "verdict"): "'dividing'",
    ("follow", "level"): "'follow'",
    ("topic_follow", "level"): "'weekly'",
}


async def fill_tables(connection: asyncpg.Connection, tables: list[str]) -> None:
    """Insert one row into each of `tables`, which are tried again while others that they refer to are filled."""
    left = list(tables)
    while left:
        failed = [table for table in left if not await _insert(connection, table)]
        if failed == left:
            raise SystemExit(f"No row could be made for {', '.join(left)}.")
        left = failed


async def _insert(connection: asyncpg.Connection, table: str) -> bool:
    values = {}
    for name, kind, target, key in await connection.fetch(COLUMNS, table):
        values[name] = f"(select min({key}) from {target})" if target else VALUES.get(kind, "1")
    values |= {name: value for (of, name), value in CHOSEN.items() if of == table}
    values = {f'"{name}"': value for name, value in values.items()}
    places = f"({', '.join(values)})" if values else ""
    made = f"values ({', '.join(values.values())})" if values else "default values"
    try:
        async with connection.transaction():
            await connection.execute(f"insert into {table} {places} {made}")
    except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError, asyncpg.PostgresSyntaxError) as error:
        print(f"{table}: {error}")  # noqa: T201 a program for developers
        return False
    return True
