"""The time to decide an item: the shortest of the published rules that were named for it."""

# For items that name no published rule.
DEFAULT_HOURS = 24
# The grounds of the item `i`.
GROUNDS_OF = """
    select o.guideline from report o where o.item = i.id
    union select u.guideline from hit o join rule u on u.id = o.rule
    where i.kind = 'comment' and o.comment = i.target and o.acted
"""
HOURS_TO_DECIDE = f"""
    coalesce((select min(g.hours_to_decide) from guideline g where g.code in ({GROUNDS_OF})), {DEFAULT_HOURS})
"""  # noqa: S608 constants only
IS_LATE = f"(i.opened_at < now() - {HOURS_TO_DECIDE} * interval '1 hour')"
