"""Within which time items should be decided: the shortest target of the published rules that were named for them."""

# What names no published rule.
DEFAULT_HOURS = 24
# The grounds of the item `i`.
GROUNDS_OF = """
    select o.guideline from report o where o.item = i.id
    union select u.guideline from hit o join rule u on u.id = o.rule
    where i.kind = 'comment' and o.comment = i.target and o.acted
"""
TARGET_HOURS = f"""
    coalesce((select min(g.target_hours) from guideline g where g.code in ({GROUNDS_OF})), {DEFAULT_HOURS})
"""  # noqa: S608 constants only
IS_LATE = f"(i.opened_at < now() - {TARGET_HOURS} * interval '1 hour')"
