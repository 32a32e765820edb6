"""Keyed hashes of the addresses of imported authors. A member who confirms an address can claim its comments."""

from collections.abc import Mapping

from parley.people.accounts import addresses
from parley.platform import db
from parley.platform.signing import sign, signatures

INSERT_ADDRESSES = """
insert into imported_address (comment, digest) select * from unnest($1::bigint[], $2::bytea[]) on conflict do nothing
"""


PURPOSE = "imported address"


def digest(email: str) -> bytes:
    """Return the hash of an address, which nobody can compute without the installation's secret."""
    return sign(PURPOSE, _key(email))


def digests(email: str) -> list[bytes]:
    """Return the hashes under which an address may be stored: of the present secret and of the former one."""
    return signatures(PURPOSE, _key(email))


def _key(email: str) -> bytes:
    return addresses.key(email.strip()).encode(errors="replace")


async def store(emails: Mapping[int, str]) -> None:
    """Store the hashes of the addresses with which comments were written."""
    if emails:
        await db.execute(INSERT_ADDRESSES, list(emails), [digest(email) for email in emails.values()])
