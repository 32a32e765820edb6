"""Nobody ends a suspension or a silence by having the account erased and signing up again."""

from parley.people.accounts import addresses, queries
from parley.platform import db
from parley.platform.errors import Refused
from parley.platform.signing import sign, signatures
from parley.platform.text.messages import N_

PURPOSE = "sanctioned-address"
IN_FORCE = "d.action in ('suspend', 'silence') and d.state = 'in_force' and coalesce(d.until > now(), true)"
# The decision that lasts longest.
NOTE_ADDRESS = f"""
insert into sanctioned_address (digest, decision)
select $2, d.id from decision d where d.kind = 'member' and d.target = $1 and {IN_FORCE}
order by d.until desc nulls first limit 1
on conflict (digest) do update set decision = excluded.decision
"""  # noqa: S608 a constant
IS_SANCTIONED = f"""
select exists (select from sanctioned_address s join decision d on d.id = s.decision
               where s.digest = any($1::bytea[]) and {IN_FORCE})
"""  # noqa: S608 a constant
REFUSAL = N_(
    "An account with this address was suspended or silenced before it was erased. Until that ends, the address cannot "
    "be used for another one."
)


async def note(member: int) -> None:
    """Note the address of a member who is erased, if a sanction is in force. Call it while their row has it."""
    account = await queries.account(member)
    if account is not None:
        await db.execute(NOTE_ADDRESS, member, sign(PURPOSE, _mailbox(account.email)))


async def refuse(member: int) -> bool:
    """Raise Refused for a new member whose address is sanctioned. Otherwise it has nothing against them: False."""
    account = await queries.account(member)
    if account is not None and await db.value(IS_SANCTIONED, signatures(PURPOSE, _mailbox(account.email))):
        raise Refused(REFUSAL)
    return False


def _mailbox(email: str) -> bytes:
    return addresses.mailbox(email).encode(errors="replace")
