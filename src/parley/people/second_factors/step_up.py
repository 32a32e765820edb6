"""Step-up: before something sensitive, a member proves again who they are, even though they are signed in.

They use a passkey or a code of their authenticator app. Their password is enough if it is enough to sign in.
"""

import msgspec
import structlog

from parley.people.accounts import queries as accounts
from parley.people.accounts.tables import Session
from parley.people.accounts.viewer import Viewer
from parley.people.second_factors import authenticators, passkey_settings, passkeys, queries, second_factor
from parley.people.sign_in import authentication, passwords
from parley.people.sign_in.authentication import Client
from parley.people.sign_in.ops import NOT_CURRENT
from parley.platform import db, ratelimit
from parley.platform.errors import Refused
from parley.platform.text.messages import N_

log = structlog.get_logger(__name__)


class ProofMethods(msgspec.Struct, frozen=True):
    """How a member can prove who they are."""

    by_code: bool
    by_passkey: bool
    by_password: bool


async def methods_of(member: int) -> ProofMethods:
    return ProofMethods(
        by_code=await authenticators.is_on(member),
        by_passkey=bool(await passkey_settings.list_passkeys(member)),
        by_password=not await authentication.has_second(member),
    )


async def is_proven(viewer: Viewer) -> bool:
    """Whether the viewer proved who they are in this session within the last ten minutes."""
    return bool(await db.value(queries.IS_PROVEN, viewer.session, viewer.id))


async def prove(viewer: Viewer, client: Client, *, password: str, code: str, credential: str) -> None:
    """Record that the viewer proved who they are, by what a passkey signed, else a code, else the password.

    Raises Refused when it is wrong, TooMany after too many tries.
    """
    account, accepted = await accounts.account(viewer.id), await methods_of(viewer.id)
    if credential:
        await passkeys.check(credential, purpose(viewer), viewer.id)
    elif account is not None and accepted.by_code:
        await second_factor.method_of(account, code, client, "session")
    elif account is not None and accepted.by_password:
        await ratelimit.take(ratelimit.CONFIRM_ACCOUNT, str(account.id))
        if not await passwords.matches(password, account.password_hash, passwords.of_member(account.id)):
            log.warning("password not confirmed", member=account.id, network=client.source.network)
            raise Refused(NOT_CURRENT)
    else:
        raise Refused(N_("Please use one of your passkeys."))
    await Session.update({Session.proved_at: db.NOW}).where(Session.id == viewer.session, Session.member == viewer.id)


def purpose(viewer: Viewer) -> str:
    """The purpose of a passkey's challenge when it proves who the viewer is."""
    return f"prove|{viewer.session}"
