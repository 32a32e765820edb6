"""The SQL of signing in."""

from parley.people.accounts import sessions

# Members keep signing in by their password alone after they added a passkey; staff do not.
HAS_SECOND = """
(exists (select from authenticator where member = member.id)
 or role <> 'member' and exists (select from passkey where member = member.id))
"""

IS_SECOND_DUE = f"select {HAS_SECOND} from member where id = $1"  # noqa: S608 a constant

SELECT_MEMBER = f"""
select id, name, email, role, password_hash, {HAS_SECOND} as has_second,
  state <> 'unverified' or {sessions.AWAITS_APPROVAL} as has_confirmed_address
from member where id = $1
"""  # noqa: S608 a constant

REPLACE_NAME = """
update member set name = $2, name_key = $3, mentioned_as = array_append(mentioned_as, name) where id = $1
"""
