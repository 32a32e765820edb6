"""Which names are free: no other member has one like it, had one within a year, or was erased with one.

Of an erased member's name only a digest is kept. Its key is random and sealed with the installation's secret: so a copy
of the database alone names nobody, and the digests stay valid when the secret is replaced (`parley secret renew`).
"""

import hashlib
import hmac
import secrets

from parley.people.accounts import hooks, names, sealing
from parley.people.accounts.tables import NAME_FORM, ErasedName, ErasedNameKey
from parley.platform import db
from parley.platform.errors import Refused
from parley.platform.text.messages import N_

KEY_BYTES = 32
PURPOSE = "erased-names"

NAME_TAKEN = N_("This name, or one that looks like it, is taken. Please choose another one.")

# Until the end of the transaction, so that of two names with one form only the first is taken.
LOCK_FORM = "select pg_advisory_xact_lock(hashtextextended('name ' || $1, 0))"
IS_LIKE_ANOTHER = f"""
select exists (select from member where {NAME_FORM} = $1 and id is distinct from $2)
    or exists (select from former_name where {NAME_FORM} = $1 and member is distinct from $2)
"""  # noqa: S608 a constant
IS_ERASED = "select exists (select from erased_name where digest = any($1::bytea[]))"


async def require_free(name: str, member: int | None = None) -> None:
    """Raise Refused for a name that looks like one that moderators removed, an erased one, or one of another `member`.

    It is called in the transaction that takes the name, after the statement that writes it: that waits for a member
    who is giving up the name.
    """
    form = names.form(name)
    await db.execute(LOCK_FORM, form)
    for hook in hooks.is_removed_name:
        if await hook(name):
            raise Refused(NAME_TAKEN)
    # Last those who were erased: a member who is being erased meanwhile is among them or still has the name.
    if await db.value(IS_LIKE_ANOTHER, form, member) or await _is_erased(form):
        raise Refused(NAME_TAKEN)


async def reserve(erased: list[str]) -> None:
    """Keep the names of a member who is being erased from ever being taken, in the open transaction."""
    key = next(iter(await _keys()), None) or await _new_key()
    for form in sorted({names.form(name) for name in erased}):
        await ErasedName.insert(ErasedName(digest=_digest(key, form))).on_conflict(ErasedName.digest, "DO NOTHING")


async def _is_erased(form: str) -> bool:
    return bool(await db.value(IS_ERASED, [_digest(key, form) for key in await _keys()]))


async def _keys() -> list[bytes]:
    """The keys that the present secret or the former one opens."""
    sealed = await db.values(ErasedNameKey.select(ErasedNameKey.sealed).order_by(ErasedNameKey.id))
    return [key for one in sealed if (key := sealing.unseal(one, PURPOSE)) is not None]


async def _new_key() -> bytes:
    key = secrets.token_bytes(KEY_BYTES)
    await ErasedNameKey.insert(ErasedNameKey(sealed=sealing.seal(key, PURPOSE)))
    return key


def _digest(key: bytes, form: str) -> bytes:
    return hmac.digest(key, form.encode(), hashlib.sha256)
