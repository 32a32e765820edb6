"""The SQL of second factors."""

# Also stated by templates/people/accounts/recover.html and templates/people/mail/recovery.txt.
WAIT_HOURS = 72
LASTS_DAYS = 14
# Also stated by templates/people/accounts/prove.html.
PROOF_MINUTES = 10

IS_LAST_FACTOR = """
select role <> 'member' and (select count(*) from authenticator where member = member.id)
  + (select count(*) from passkey where member = member.id) < 2
from member where id = $1
"""

IS_PROVEN = f"""
select proved_at > now() - interval '{PROOF_MINUTES} minutes' from session where id = $1 and member = $2
"""  # noqa: S608 a constant

INSERT_RECOVERY = f"""
insert into factor_recovery (member, token_hash, due_at)
select id, $2, case when role = 'member' then now() + interval '{WAIT_HOURS} hours' end from member where id = $1
on conflict (member) do nothing returning id
"""  # noqa: S608 a constant
OPEN = f"created_at > now() - interval '{LASTS_DAYS} days'"
# Either by the hash of the token or, without one, by the member.
SELECT_RECOVERY = f"""
select member, due_at, coalesce(due_at <= now(), false) as is_due, first_admin from factor_recovery
where (token_hash = $1 or member = $2) and {OPEN}
"""  # noqa: S608 a constant
FINISH_RECOVERY = f"""
delete from factor_recovery where token_hash = $1 and due_at <= now() and {OPEN} returning member
"""  # noqa: S608 a constant
# The first approval is void if that person is no longer an admin.
RECORD_AGREEMENT = """
update factor_recovery r set first_admin = coalesce(still.id, $2), due_at = case when still.id <> $2 then now() end
from factor_recovery before
left join member still on still.id = before.first_admin and still.role = 'admin' and still.state = 'active'
where r.member = $1 and r.due_at is null and before.id = r.id
"""
