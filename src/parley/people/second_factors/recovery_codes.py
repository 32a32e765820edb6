"""Recovery codes: ten of them, on paper, for whoever loses the authenticator app. Each works once.

A code has 120 random bits, so that its plain SHA-256 may be stored (ASVS 6.5.2).
"""

import base64
import hashlib
import re
import secrets

from parley.people.accounts import queries
from parley.people.accounts.tables import RecoveryCode
from parley.platform.db import NOW, atomic

HOW_MANY = 10
BYTES = 15
FORMAT = re.compile("[A-Z2-7]{24}")


async def renew(member: int) -> list[str]:
    """Replace the member's codes, and return the new ones. They cannot be read again."""
    codes = ["-".join(re.findall("....", _new())) for _ in range(HOW_MANY)]
    async with atomic():
        # Two forms sent at once would leave two sets.
        await queries.lock(member)
        await remove(member)
        await RecoveryCode.insert(*[RecoveryCode(member=member, digest=_digest(code)) for code in codes])
    return codes


async def remove(member: int) -> None:
    await RecoveryCode.delete().where(RecoveryCode.member == member)


async def count_unused(member: int) -> int:
    """How many codes the member has not used."""
    unused: int = await RecoveryCode.count().where(RecoveryCode.member == member, RecoveryCode.used_at.is_null())
    return unused


async def accepts(member: int, code: str) -> bool:
    """Whether `code` is one of the member's that was not used. A right code is used up."""
    digest = _digest(code)
    if digest is None:
        return False
    used = (
        await RecoveryCode.update({RecoveryCode.used_at: NOW})
        .where(RecoveryCode.member == member, RecoveryCode.digest == digest, RecoveryCode.used_at.is_null())
        .returning(RecoveryCode.id)
    )
    return bool(used)


def _new() -> str:
    return base64.b32encode(secrets.token_bytes(BYTES)).decode()


def _digest(code: str) -> bytes | None:
    bare = re.sub(r"[\s-]", "", code).upper()
    return hashlib.sha256(bare.encode()).digest() if FORMAT.fullmatch(bare) else None
