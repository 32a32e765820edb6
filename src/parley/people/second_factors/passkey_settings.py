"""Adding, listing and removing a member's passkeys."""

import hashlib
import hmac
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
import structlog
from asyncpg import UniqueViolationError

from parley.people.accounts import queries, viewer_cache
from parley.people.accounts.tables import Passkey
from parley.people.accounts.viewer import Viewer
from parley.people.second_factors import authenticators, passkeys
from parley.platform import db
from parley.platform.errors import NotFound, Refused
from parley.platform.http.access import require_confirmed_address
from parley.platform.settings import settings
from parley.platform.text.messages import N_

if TYPE_CHECKING:
    from webauthn.registration.verify_registration_response import VerifiedRegistration

log = structlog.get_logger(__name__)

MOST_PASSKEYS = 10
# The longest id that the standard allows.
LONGEST_ID = 1_023

TOO_MANY = N_("You have {most} passkeys, and cannot have more. Please remove one first.")
GONE = N_("There is no such passkey. Perhaps you removed it already.")


class PasskeyRow(msgspec.Struct, frozen=True):
    """A passkey as its member sees it."""

    id: int
    name: str
    created_at: datetime
    used_at: datetime | None


async def list_passkeys(member: int) -> list[PasskeyRow]:
    return await db.fetch(PasskeyRow, Passkey.select().where(Passkey.member == member).order_by(Passkey.id))


async def options(viewer: Viewer, *, only_second: bool = False) -> dict[str, Any]:
    """What the viewer's browser needs to make a passkey; or, with `only_second`, one that is a second factor only.

    A security key without a PIN cannot check its holder. Where this is preferred, Windows makes people set up a PIN.

    Raises Forbidden before the address is confirmed: its owner could not shut out a stranger who signed up with it.
    """
    require_confirmed_address(viewer)
    webauthn = passkeys.library()
    structs = webauthn.helpers.structs
    wish = "discouraged" if only_second else "preferred"
    made: dict[str, Any] = webauthn.helpers.options_to_json_dict(
        webauthn.generate_registration_options(
            rp_id=settings().host,
            rp_name=settings().host,
            user_name=viewer.name,
            user_id=await _handle(viewer.id),
            challenge=passkeys.issue_challenge(_purpose(viewer)),
            timeout=passkeys.MILLISECONDS,
            authenticator_selection=structs.AuthenticatorSelectionCriteria(
                resident_key=structs.ResidentKeyRequirement(wish),
                user_verification=structs.UserVerificationRequirement(wish),
            ),
            hints=[structs.PublicKeyCredentialHint.SECURITY_KEY] if only_second else None,
            exclude_credentials=await passkeys.descriptors(viewer.id),
        )
    )
    return made


async def add(viewer: Viewer, credential: str, name: str) -> bool:
    """Store a passkey that the viewer's browser made, and notify them by mail. Return whether it checked its holder.

    Raises Refused if it is not right, or they have too many, and Forbidden as `options`.
    """
    require_confirmed_address(viewer)
    signed, challenge = passkeys.read(credential, _purpose(viewer))
    made, handle = _verify(credential, challenge), await _handle(viewer.id)
    if not await passkeys.use_challenge(challenge):
        raise Refused(passkeys.STALE)
    try:
        async with db.atomic():
            await queries.lock(viewer.id)
            if await Passkey.count().where(Passkey.member == viewer.id) >= MOST_PASSKEYS:
                raise Refused(TOO_MANY, most=MOST_PASSKEYS)
            ways = signed.response.get("transports")
            transports = passkeys.transports(ways if isinstance(ways, list) else [])
            await Passkey.insert(
                Passkey(
                    member=viewer.id,
                    name=name,
                    credential=made.credential_id,
                    handle=handle,
                    public_key=made.credential_public_key,
                    sign_count=made.sign_count,
                    transports=[transport.value for transport in transports],
                )
            )
            await passkeys.mail_change(viewer.id, "added", name)
            viewer_cache.clear_after_commit()
    except UniqueViolationError:
        raise Refused(N_("This passkey is stored here already.")) from None
    log.info("passkey added", member=viewer.id)
    return made.user_verified


async def end(viewer: Viewer, number: int) -> None:
    """Remove a passkey of the viewer. Raises NotFound if it is not theirs, Refused where staff need it."""
    async with db.atomic():
        await queries.lock(viewer.id)
        await authenticators.require_spare_factor(viewer.id)
        ended = await Passkey.delete().where(Passkey.id == number, Passkey.member == viewer.id).returning(Passkey.name)
        if not ended:
            raise NotFound(GONE)
        await passkeys.mail_change(viewer.id, "removed", ended[0]["name"])
        viewer_cache.clear_after_commit()
    log.info("passkey removed", member=viewer.id)


async def end_all(member: int, *, since: datetime | None = None) -> bool:
    """Remove the passkeys of a member, or only newer ones than `since`, and notify them by mail.

    Return False if they had none.
    """
    of_member = Passkey.member == member
    async with db.atomic():
        ended = (
            await Passkey.delete()
            .where(of_member if since is None else of_member & (Passkey.created_at >= since))
            .returning(Passkey.name)
        )
        for passkey in ended:
            await passkeys.mail_change(member, "removed", passkey["name"])
        viewer_cache.clear_after_commit()
    return bool(ended)


def _purpose(viewer: Viewer) -> str:
    return f"add|{viewer.session}"


async def _handle(member: int) -> bytes:
    """The bytes by which authenticators know the member.

    They are those of their other passkeys, or else derived from their id, so that `options` and `add` agree.
    """
    new = hmac.digest(settings().secret.encode(), f"handle|{member}".encode(), hashlib.sha256)
    handles = Passkey.select(Passkey.handle).where(Passkey.member == member).limit(1)
    return bytes(await db.value(handles) or new)


def _verify(credential: str, challenge: bytes) -> "VerifiedRegistration":
    try:
        made: VerifiedRegistration = passkeys.library().verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=settings().host,
            expected_origin=settings().base_url,
        )
    except passkeys.unreadable() as error:
        log.warning("new passkey refused", error=str(error))
        raise Refused(passkeys.INVALID) from None
    if len(made.credential_id) > LONGEST_ID:
        raise Refused(passkeys.INVALID)
    return made
