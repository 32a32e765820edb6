"""A row in every table that can belong to a member, with canaries in every column that holds text.

Tables and columns come from the database's catalogue, so a new one is filled by itself.
"""

import msgspec

from parley.people.accounts.viewer import Viewer
from parley.platform import db

NAME, SONG, MAIL = "canarybird", "canarysong", "canarybird@example.org"
TEXT = f"{SONG} @{NAME} {NAME} {MAIL}"

# Text and whatever else is no number, truth value or time, as PostgreSQL divides its types; and arrays of it.
COLUMNS = """
select c.relname as "table", a.attname as name, format_type(a.atttypid, null) as type, a.attnotnull as required,
       case when a.atttypmod > 0 then a.atttypmod - 4 end as most, r.relname as target, k.attname as key,
       coalesce(pg_get_expr(d.adbin, d.adrelid), 'NULL') not like 'NULL%' as has_default,
       coalesce(e.typcategory, t.typcategory)::text not in ('N', 'B', 'D', 'T') and r.relname is null as is_text,
       exists (select from pg_constraint x where x.conrelid = c.oid and x.contype = 'c' and a.attnum = any(x.conkey)
               and strpos(pg_get_constraintdef(x.oid), '::') > 0 and pg_get_constraintdef(x.oid) !~ '<> ''''')
         as is_checked
from pg_class c join pg_attribute a on a.attrelid = c.oid join pg_type t on t.oid = a.atttypid
left join pg_type e on e.oid = t.typelem and t.typcategory = 'A'
left join pg_constraint f on f.conrelid = c.oid and f.contype = 'f' and f.conkey = array[a.attnum]
left join pg_class r on r.oid = f.confrelid
left join pg_attribute k on k.attrelid = f.confrelid and k.attnum = f.confkey[1]
left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.relname <> 'migration'
  and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
order by c.relname, a.attnum
"""


class Column(msgspec.Struct, frozen=True):
    table: str
    name: str
    type: str
    required: bool
    most: int | None
    target: str | None
    key: str | None
    has_default: bool
    is_text: bool
    is_checked: bool


# Who a row belongs to, where no foreign key says so.
MEMBERS = {"actor", "member", "first_admin"}
# Theirs, although no column says so.
ALSO = {"article", "mail_address", "mail_bounce", "job_failure", "rate_bucket"}
# What staff set up is the site's, whoever of them did it.
OF_SITE = {"backtest", "feed_item", "inbound_feed", "page_text", "rule", "rule_version"}
# Codes, numbers, hashes and our own sentences, not words of people.
CODES = {
    "action", "also", "axis", "boxes", "channel", "claim", "digest", "display", "domain", "encoding", "frequency",
    "guideline", "host", "judgement", "kind", "lang", "level", "list", "mime", "part", "period", "provider",
    "purpose", "queue_id", "refusal", "request", "role", "shown", "source", "state", "status", "submission",
    "text_hash", "topic", "transports", "verdict", "voices", "way", "xid", "zone",
}  # fmt: skip
VALUES = {
    "bytea": f"'\"{TEXT}\"'::bytea",
    "jsonb": f"""'{{"why": "{TEXT}", "name": "{NAME}", "bio": "{TEXT}", "title": "{TEXT}", "statement": "{TEXT}"}}'""",
    "tsvector": f"to_tsvector('simple', '{TEXT}')",
    "text[]": f"array['{TEXT}']",
    "uuid": "gen_random_uuid()",
    "boolean": "true",
    "timestamp with time zone": "now()",
    "date": "current_date",
    "int8multirange": "'{}'",
}
SELECT_MEMBER = f"(select id from member where name = '{NAME}')"
CHOSEN = {
    ("article", "url"): "null",
    ("comment_site", "site"): "'pub'",
    ("job_failure", "job"): "'mail'",
    ("job_failure", "item"): "'1'",
    ("event", "payload"): "'{}'",
    ("perspective_map", "analysis"): "'{}'",
    ("perspective_map", "published"): "'{}'",
    ("perspective_map", "history"): "'[]'",
    ("thread", "slow_branches"): "'[]'",
    ("search_document", "source"): "(select max(id) from thread)",
    ("decision", "target"): SELECT_MEMBER,
    ("mod_action", "target"): SELECT_MEMBER,
    ("mod_action", "action"): "'name'",
    ("comment", "parent"): "null",
    ("comment", "imported_author"): "null",
    ("comment", "imported_id"): "null",
    ("comment", "state"): "'visible'",
    ("merged_statement", "kept"): "(select min(id) from comment)",
    ("block", "other"): "(select min(id) from member)",
    ("block", "kind"): "'mute'",
    ("notification", "kind"): "'mention'",
    ("notification", "event"): "(select max(id) from event)",
    ("notification_preference", "kind"): "'reply'",
    ("notification_preference", "channel"): "'page'",
    ("quiet_hours", "starts"): "1",
    ("quiet_hours", "ends"): "7",
    ("queue_item", "kind"): "'article'",
    ("queue_item", "target"): "(select max(id) from thread)",
    ("queue_item", "state"): "'done'",
    ("decision", "kind"): "'member'",
    ("report", "state"): "'resolved'",
    ("rights_request", "ground"): "'privacy'",
    ("rights_request", "wish"): "'remove'",
    ("suggested_update", "state"): "'declined'",
    ("suggested_update", "draft"): "null",
    ("event", "seq"): "0",
    ("article_import", "source"): "'text'",
    ("claim", "way"): "'word'",
    ("rule", "action"): "'hold'",
    ("rule_version", "conditions"): "'[]'",
    ("feed_item", "key"): "''",
    ("rule_version", "rule"): "(select max(id) from rule)",
    ("statement_verdict", "verdict"): "'dividing'",
    ("vote", "axis"): "'quality'",
    ("mail", "state"): "'sent'",
    ("mod_action", "kind"): "'member'",
    ("hit", "comment"): "(select max(id) from comment)",
    ("vote_ring", "members"): "'{}'",
    ("raid", "holds"): "'all'",
    ("revision", "original"): "'0'",
    ("page_text", "page"): "'about'",
}


async def fill(who: Viewer) -> set[str]:
    """Insert a row for the member into every table that has one, or refers to one that has; return the tables."""
    columns = await db.fetch(Column, COLUMNS)
    tables = {one.table: [column for column in columns if column.table == one.table] for one in columns}
    own = {"member", *ALSO}
    while more := {table for table, some in tables.items() if _is_own(some, own)} - own:
        own |= more
    own |= ALSO
    await db.execute("delete from subscription where member = $1", who.id)
    left = own - {"member"}
    while left:
        # Rows that others refer to come first, so that these refer to them.
        ready = {table for table in left if not {_target(one) for one in tables[table]} & (left - {table})}
        assert ready, left
        for table in sorted(ready):
            await _insert(tables[table], who)
        left -= ready
    await _fill_member(tables["member"], who)
    return own


def _is_own(columns: list[Column], own: set[str]) -> bool:
    return any(column.target in own or column.name in MEMBERS for column in columns)


async def _fill_member(columns: list[Column], who: Viewer) -> None:
    free = [one.name for one in columns if one.is_text and one.name in ("title", "bio", "state_reason")]
    await db.execute(
        f"update member set {', '.join(f'{name} = $2::text' for name in free)} where id = $1", who.id, TEXT[:60]
    )


async def _insert(columns: list[Column], who: Viewer) -> None:
    table = columns[0].table
    values = {f'"{one.name}"': value for one in columns if (value := _value(one, who.id)) is not None}
    names = ", ".join(values)
    await db.execute(f"insert into {table} ({names}) values ({', '.join(values.values())})")


def _target(column: Column) -> str | None:
    """The table that a column refers to, by a foreign key or by its name."""
    return column.target or (
        column.name if column.name in ("thread", "comment", "mail") and not column.is_text else None
    )


def _value(column: Column, member: int) -> str | None:
    """The SQL of a column's value; None for its default."""
    target = _target(column)
    if (chosen := CHOSEN.get((column.table, column.name))) is not None:
        return chosen
    if target == "member" or (column.name in MEMBERS and not column.is_text):
        return str(member)
    if target:
        return f"(select max({column.key or 'id'}) from {target})"
    if column.is_text and not column.is_checked and column.name not in CODES and column.table not in OF_SITE:
        return _text(column)
    return _any(column) if column.required and not column.has_default else None


def _any(column: Column) -> str:
    if column.type == "bytea":
        return "''"
    return VALUES.get(column.type, f"'{column.name}'" if column.is_text else "1")


def _text(column: Column) -> str:
    if column.type in VALUES:
        return VALUES[column.type]
    fitting = next((text for text in (TEXT, NAME) if column.most is None or len(text) <= column.most), "")
    return f"array['{fitting}']" if column.type.endswith("[]") else f"'{fitting}'"


async def where(needle: str) -> set[str]:
    """The columns, of any table, that hold `needle`: as text, in JSON, arrays or bytes, in capitals or not."""
    found = set()
    for one in await db.fetch(Column, COLUMNS):
        text = f"encode(\"{one.name}\", 'escape')" if one.type == "bytea" else f'"{one.name}"::text'
        if one.is_text and await db.value(
            f"select exists (select from {one.table} where {text} ilike $1)",
            f"%{needle}%",
        ):
            found.add(f"{one.table}.{one.name}")
    return found
