"""The SQL of changes of an address or a name."""

from parley.people.accounts.states import SIGNS_IN

# Also stated by templates/people/accounts/_name.html.
RENAMING_DAYS = 30

# Each statement uses the token up, so that only one of two requests succeeds.
CONFIRM_CHANGE = f"""
update address_change c set confirmed_at = now(), former = m.email, undo_hash = $2, expires_at = now() + $3::interval
from member m
where c.confirm_hash = $1 and c.confirmed_at is null and c.expires_at > now() and m.id = c.member and {SIGNS_IN}
returning c.id, c.member, c.email, c.former as other, c.created_at
"""  # noqa: S608 a constant
UNDO_CHANGE = """
update address_change set undo_hash = null
where undo_hash = $1 and expires_at > now() returning id, member, former as email, email as other, created_at
"""
SELECT_MEMBER_OF_LINK = """
select member from address_change
where (confirm_hash = $1 and confirmed_at is null or undo_hash = $1) and expires_at > now()
"""

SELECT_NEXT_RENAMING = f"""
select max(changed_at) + interval '{RENAMING_DAYS} days' from former_name
where member = $1 and changed_at > now() - interval '{RENAMING_DAYS} days'
"""  # noqa: S608 a constant
