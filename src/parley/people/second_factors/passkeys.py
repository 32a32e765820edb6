"""Passkeys (W3C Web Authentication): signing in and proving who one is with a device instead of a password.

A passkey that checks its holder, by a PIN or a fingerprint, counts as two factors; one that does not, as one.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from time import time
from typing import TYPE_CHECKING, Any

import msgspec
import structlog

from parley.people import mail
from parley.people.accounts import queries
from parley.people.accounts.tables import Passkey, UsedChallenge
from parley.people.sign_in.authentication import PASSKEY, VERIFIED_PASSKEY
from parley.platform import db
from parley.platform.errors import Refused
from parley.platform.settings import settings
from parley.platform.signing import sign
from parley.platform.text.messages import N_

if TYPE_CHECKING:
    from webauthn.helpers.structs import AuthenticatorTransport, PublicKeyCredentialDescriptor

log = structlog.get_logger(__name__)

SIGN_IN = "sign-in"
# A challenge has random bytes, the time when it expires, and our signature of both.
LASTS_SECONDS = 300
RANDOM, TIME = 16, 8
MILLISECONDS = 1_000 * LASTS_SECONDS

INVALID = N_("This passkey could not be checked. Please try again.")
STALE = N_("That took too long. Please try again.")
UNKNOWN = N_("This site does not know this passkey; perhaps you removed it here. Please sign in another way.")
UNVERIFIED = N_(
    "This passkey did not ask for a PIN or a fingerprint, so it cannot sign you in alone. Please sign in another way."
)
COPIED = N_(
    "This passkey seems to have been copied, so we removed it and sent you an e-mail. Please sign in another way."
)


def library() -> Any:
    """Import `webauthn`: with what it brings, 120 modules that few requests need."""
    import webauthn.helpers  # noqa: PLC0415 see above

    return webauthn


def unreadable() -> tuple[type[Exception], ...]:
    """What the library and its parsers raise for hostile input."""
    own: type[Exception] = library().helpers.exceptions.WebAuthnException
    return (own, ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError)


class UnknownPasskey(Refused):
    """The credential is not stored here. `credential` is its id, so that the browser can forget it."""

    def __init__(self, credential: str) -> None:
        super().__init__(UNKNOWN)
        self.credential = credential


class StoredPasskey(msgspec.Struct, frozen=True):
    id: int
    member: int
    name: str
    public_key: bytes
    handle: bytes


class UsedPasskey(msgspec.Struct, frozen=True):
    """Whose passkey was used, and as which method it counts."""

    member: int
    method: str


class CredentialResponse(msgspec.Struct, frozen=True):
    """The parts of a browser's answer that are read before it is verified. All are base64url."""

    id: str
    response: dict[str, Any]


async def options(purpose: str, member: int | None = None, *, after_password: bool = False) -> dict[str, Any]:
    """What a browser needs to have a passkey sign. Without `member`, it offers all that it has for this site.

    After the password it need not check its holder, which a security key without a PIN cannot do.
    """
    webauthn = library()
    made: dict[str, Any] = webauthn.helpers.options_to_json_dict(
        webauthn.generate_authentication_options(
            rp_id=settings().host,
            challenge=issue_challenge(purpose),
            timeout=MILLISECONDS,
            allow_credentials=await descriptors(member) if member else None,
            user_verification=webauthn.helpers.structs.UserVerificationRequirement(
                "discouraged" if after_password else "preferred"
            ),
        )
    )
    return made


async def descriptors(member: int) -> "list[PublicKeyCredentialDescriptor]":
    """The passkeys of a member, in the form that browsers read."""
    own = Passkey.select(Passkey.credential, Passkey.transports).where(Passkey.member == member).order_by(Passkey.id)
    structs = library().helpers.structs
    return [
        structs.PublicKeyCredentialDescriptor(id=passkey["credential"], transports=transports(passkey["transports"]))
        for passkey in await own
    ]


def transports(names: Iterable[str]) -> "list[AuthenticatorTransport]":
    """The ways to reach an authenticator among `names` that the library knows."""
    known = library().helpers.structs.AuthenticatorTransport
    return [known(name) for name in names if name in set(known)]


async def check(credential: str, purpose: str, member: int | None = None) -> UsedPasskey:
    """Check what a passkey signed, and use its challenge up. With `member`, only their passkeys are accepted.

    Raises Refused if it is not right, UnknownPasskey if it is not stored here. A passkey whose counter did not grow is
    removed, and its member notified.
    """
    signed, challenge = read(credential, purpose)
    stored = await db.fetch_one(StoredPasskey, Passkey.select().where(Passkey.credential == _id(signed)))
    if stored is None:
        raise UnknownPasskey(signed.id)
    if member not in {None, stored.member}:
        raise Refused(N_("This is not one of your passkeys. Please use one that you added to this account."))
    verified = _verify(credential, signed, stored, challenge)
    if not await use_challenge(challenge):
        raise Refused(STALE)
    if not await _record_use(stored.id, verified.new_sign_count):
        await _end_copied(stored)
        raise Refused(COPIED)
    return UsedPasskey(stored.member, VERIFIED_PASSKEY if verified.user_verified else PASSKEY)


def read(credential: str, purpose: str) -> tuple[CredentialResponse, bytes]:
    """Read a browser's answer, and the challenge in it. Raises Refused if it is unreadable, or not ours for this."""
    try:
        signed = msgspec.json.decode(credential, type=CredentialResponse)
        data = library().base64url_to_bytes(signed.response["clientDataJSON"])
        client_data = library().helpers.parse_client_data_json(data)
    except unreadable():
        raise Refused(INVALID) from None
    if not is_our_challenge(client_data.challenge, purpose):
        raise Refused(STALE)
    challenge: bytes = client_data.challenge
    return signed, challenge


def _id(signed: CredentialResponse) -> bytes:
    try:
        credential: bytes = library().base64url_to_bytes(signed.id)
    except ValueError:
        raise Refused(INVALID) from None
    return credential


def _verify(credential: str, signed: CredentialResponse, stored: StoredPasskey, challenge: bytes) -> Any:
    """Check origin, site, challenge and signature; the counter is compared where it is stored (`_record_use`)."""
    try:
        handle = library().base64url_to_bytes(signed.response.get("userHandle") or "")
        verified = library().verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=settings().host,
            expected_origin=settings().base_url,
            credential_public_key=stored.public_key,
            credential_current_sign_count=0,
        )
    except unreadable() as error:
        log.warning("passkey refused", member=stored.member, error=str(error))
        raise Refused(INVALID) from None
    if handle not in {b"", stored.handle}:
        raise Refused(INVALID)
    return verified


async def _record_use(passkey: int, count: int) -> bool:
    """Store the signature counter. Return False if it did not grow: the passkey was copied (WebAuthn, 6.1.1)."""
    is_valid = Passkey.sign_count < count if count else Passkey.sign_count == 0
    used = Passkey.update({Passkey.sign_count: count, Passkey.used_at: db.NOW})
    return bool(await used.where(Passkey.id == passkey, is_valid).returning(Passkey.id))


async def _end_copied(stored: StoredPasskey) -> None:
    log.warning("passkey may be copied", member=stored.member, passkey=stored.id)
    async with db.atomic():
        await Passkey.delete().where(Passkey.id == stored.id)
        await mail_change(stored.member, "copied", stored.name)


async def mail_change(member: int, what: str, name: str) -> None:
    """Notify a member that their passkey of this name was `added`, `removed` or `copied`."""
    account = await queries.account(member)
    if account is None:
        return
    links = {"link": f"{settings().base_url}/settings/security", "forgot": f"{settings().base_url}/forgot"}
    await mail.send_written("second", account.email, "passkey", name=account.name, what=what, passkey=name, **links)


def issue_challenge(purpose: str) -> bytes:
    """Return a new challenge for one purpose, such as `sign-in`. Nothing is stored before a passkey has answered."""
    plain = secrets.token_bytes(RANDOM) + (int(time()) + LASTS_SECONDS).to_bytes(TIME)
    return plain + _signature(plain, purpose)


def is_our_challenge(challenge: bytes, purpose: str) -> bool:
    """Whether we issued a challenge for `purpose`, and it has not expired. It may have been used."""
    plain, signature = challenge[: RANDOM + TIME], challenge[RANDOM + TIME :]
    return hmac.compare_digest(signature, _signature(plain, purpose)) and _expires(challenge) > time()


async def use_challenge(challenge: bytes) -> bool:
    """Use up a challenge of ours. Return False if it was used before."""
    digest, expires_at = hashlib.sha256(challenge).digest(), datetime.fromtimestamp(_expires(challenge), UTC)
    used = UsedChallenge.insert(UsedChallenge(digest=digest, expires_at=expires_at))
    return bool(await used.on_conflict(UsedChallenge.digest, "DO NOTHING").returning(UsedChallenge.id))


def _expires(challenge: bytes) -> int:
    return int.from_bytes(challenge[RANDOM : RANDOM + TIME])


def _signature(plain: bytes, purpose: str) -> bytes:
    return sign(f"challenge {purpose}", plain)
