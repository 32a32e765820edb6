"""What a database consists of, as its catalogues have it: two are the same where this is."""

import asyncpg

# Piccolo makes the table of migrations by itself.
SHAPE = """
with own as (
  select c.oid, c.relname, c.relkind from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relname !~ '^migration(_|$)'
)
select concat_ws(' ', 'table', relname, relkind) from own where relkind not in ('i', 'S')
union all
select concat_ws(' ', 'column', relname || '.' || attname, format_type(atttypid, atttypmod),
                 case when attnotnull then 'not null' end, 'default: ' || pg_get_expr(adbin, adrelid),
                 'generated:' || nullif(attgenerated::text, ''), 'identity:' || nullif(attidentity::text, ''),
                 'collation:' || nullif(attcollation, 0)::regcollation)
from own join pg_attribute a on a.attrelid = own.oid left join pg_attrdef on adrelid = attrelid and adnum = attnum
where relkind not in ('i', 'S') and attnum > 0 and not attisdropped
union all
select concat_ws(' ', 'constraint', relname || '.' || conname, pg_get_constraintdef(c.oid))
from own join pg_constraint c on c.conrelid = own.oid
union all
select pg_get_indexdef(own.oid) from own where relkind = 'i'
union all
select concat_ws(' ', pg_get_triggerdef(t.oid), 'enabled:', tgenabled)
from own join pg_trigger t on t.tgrelid = own.oid where not tgisinternal
union all
select concat_ws(' ', 'sequence', relname, format_type(seqtypid, null), seqstart, seqincrement, seqmin, seqmax,
                 seqcycle,
                 (select concat('of ', d.refobjid::regclass, '.', a.attname) from pg_depend d
                  join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
                  where d.objid = own.oid and d.deptype = 'a'))
from own join pg_sequence on seqrelid = own.oid
union all
select pg_get_functiondef(oid) from pg_proc where pronamespace = 'public'::regnamespace
union all
select concat_ws(' ', 'type', typname, typtype) from pg_type
where typnamespace = 'public'::regnamespace and typtype in ('d', 'e', 'r')
union all
select 'extension ' || extname from pg_extension
"""


async def shape(url: str, *, after: str = "") -> set[str]:
    """One line for each column, constraint, index, trigger, sequence, function, type and extension.

    As they would be `after` some statements, which are rolled back.
    """
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f"begin; {after}")
        return {row[0] for row in await connection.fetch(SHAPE)}
    finally:
        await connection.close()
