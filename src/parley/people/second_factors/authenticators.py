"""Authenticator apps: codes of six digits that change every 30 seconds (TOTP, RFC 6238); and recovery codes.

The seed is stored sealed. A code works once: the step that it belongs to is stored, and older ones are refused.
Recovery codes are ten on paper, for members who lose the app. Each works once.
"""

import base64
import hashlib
import re
import secrets
from time import time

import msgspec
import pyotp
import structlog

from parley.people import mail
from parley.people.accounts import queries as accounts
from parley.people.accounts import sealing, viewer_cache
from parley.people.accounts.queries import Account
from parley.people.accounts.tables import Authenticator, RecoveryCode
from parley.people.accounts.viewer import Viewer
from parley.people.second_factors import queries
from parley.platform import db
from parley.platform.db import NOW, atomic
from parley.platform.errors import Refused
from parley.platform.http.access import require_confirmed_address
from parley.platform.settings import settings
from parley.platform.text.messages import N_

log = structlog.get_logger(__name__)

STEP_SECONDS = 30
# Clocks of phones differ: the codes before and after the present one are accepted too.
DRIFT = (-1, 0, 1)
# How long the page that shows a new seed can be answered.
OFFER_SECONDS = 1_800
CODE = re.compile(r"[0-9]{6}")

RECOVERY_CODES = 10
# With 120 random bits, its plain SHA-256 may be stored (ASVS 6.5.2).
RECOVERY_CODE_BYTES = 15
RECOVERY_CODE = re.compile("[A-Z2-7]{24}")

WRONG_CODE = N_("This code is wrong, or was used already. Codes change every 30 seconds: please type the current one.")
EXPIRED = N_("This page was open too long. Please scan the new picture.")
REQUIRED = N_("Moderators and admins need a second step to sign in. Please add another one before you remove this one.")


class NewAuthenticator(msgspec.Struct, frozen=True):
    """A new seed: for the app as an address, for people in groups of four, and sealed for the form."""

    uri: str
    typed: str
    sealed: str


def offer(viewer: Viewer) -> NewAuthenticator:
    """Return a new seed, sealed for the viewer. Nothing is stored.

    Raises Forbidden before the address is confirmed: its owner would be asked for a code that only the viewer has.
    """
    require_confirmed_address(viewer)
    seed = pyotp.random_base32()
    plain = f"{int(time()) + OFFER_SECONDS}.{seed}".encode()
    sealed = base64.urlsafe_b64encode(sealing.seal(plain, f"offer|{viewer.id}")).decode()
    return _as_offer(viewer, seed, sealed)


def _as_offer(viewer: Viewer, seed: str, sealed: str) -> NewAuthenticator:
    uri = pyotp.TOTP(seed).provisioning_uri(name=viewer.name, issuer_name=settings().host)
    return NewAuthenticator(uri, " ".join(re.findall("....", seed)), sealed)


def read_offer(viewer: Viewer, sealed: str) -> NewAuthenticator | None:
    """Return the offer that a form sends back, while it can be accepted."""
    seed = _offered_seed(viewer, sealed)
    return _as_offer(viewer, seed, sealed) if seed else None


async def turn_on(viewer: Viewer, account: Account, sealed: str, code: str) -> list[str]:
    """Store a seed once the app shows a right code for it, and return new recovery codes.

    It replaces the app that the member had. Raises Refused for a wrong code or an old page, Forbidden as `offer`.
    """
    require_confirmed_address(viewer)
    seed = _offered_seed(viewer, sealed)
    if seed is None:
        raise Refused(EXPIRED)
    step = _matching_step(seed, code)
    if step is None:
        raise Refused(WRONG_CODE)
    async with atomic():
        # Of two forms at once, the second waits and is refused: the recovery codes that the first one shows stay valid.
        await accounts.lock(viewer.id)
        if await _seed_of(viewer.id) == seed.encode():
            raise Refused(WRONG_CODE)
        await Authenticator.delete().where(Authenticator.member == viewer.id)
        stored = sealing.seal(seed.encode(), f"seed|{viewer.id}")
        await Authenticator.insert(Authenticator(member=viewer.id, seed=stored, step=step))
        codes = await renew_codes(viewer.id)
        await mail_change(account, "on")
        viewer_cache.clear_after_commit()
    log.info("authenticator added", member=viewer.id)
    return codes


async def turn_off(account: Account) -> None:
    """Remove the app and the recovery codes. Raises Refused for staff who have no other second step."""
    async with atomic():
        await accounts.lock(account.id)
        await require_spare_factor(account.id)
        await remove(account)


async def require_spare_factor(member: int) -> None:
    """Raise Refused for staff who need a second step, and have only one app or passkey left."""
    if settings().staff_factor_days is not None and await db.value(queries.IS_LAST_FACTOR, member):
        raise Refused(REQUIRED)


async def remove(account: Account) -> bool:
    """Remove the app and the recovery codes of a member, and notify them. Return False if they had none."""
    async with atomic():
        had = await Authenticator.delete().where(Authenticator.member == account.id).returning(Authenticator.id)
        await RecoveryCode.delete().where(RecoveryCode.member == account.id)
        if had:
            await mail_change(account, "off")
            log.info("authenticator removed", member=account.id)
        viewer_cache.clear_after_commit()
    return bool(had)


async def is_on(member: int) -> bool:
    return bool(await Authenticator.exists().where(Authenticator.member == member))


async def accepts(member: int, code: str) -> bool:
    """Whether `code` is one of the member's app that was not used. A right code is used up."""
    seed = await _seed_of(member)
    step = _matching_step(seed.decode(), code) if seed else None
    if step is None:
        return False
    # Of two requests with one code, one succeeds.
    later = Authenticator.update({Authenticator.step: step}).where(Authenticator.member == member)
    return bool(await later.where(Authenticator.step < step).returning(Authenticator.step))


async def _seed_of(member: int) -> bytes | None:
    stored: bytes | None = await db.value(
        Authenticator.select(Authenticator.seed).where(Authenticator.member == member)
    )
    return sealing.unseal(stored, f"seed|{member}") if stored else None


async def mail_change(account: Account, what: str) -> None:
    """Notify a member that their second step was turned on or off, or that a recovery code was used."""
    links = {"link": f"{settings().base_url}/settings/security", "forgot": f"{settings().base_url}/forgot"}
    await mail.send_written("second", account.email, "second", name=account.name, what=what, **links)


def _offered_seed(viewer: Viewer, sealed: str) -> str | None:
    try:
        plain = sealing.unseal(base64.urlsafe_b64decode(sealed.encode()), f"offer|{viewer.id}")
    except ValueError:
        return None
    expires, _, seed = plain.decode().partition(".") if plain else ("0", "", "")
    return seed if int(expires) > time() else None


def _matching_step(seed: str, code: str) -> int | None:
    """The step that `code` belongs to: the present one or a neighbour. None for other codes."""
    typed = code.replace(" ", "")
    if not CODE.fullmatch(typed):
        return None
    now = int(time()) // STEP_SECONDS
    app = pyotp.TOTP(seed)
    return next(
        (now + drift for drift in DRIFT if pyotp.utils.strings_equal(app.generate_otp(now + drift), typed)), None
    )


async def renew_codes(member: int) -> list[str]:
    """Replace the member's codes, and return the new ones. They cannot be read again."""
    bare = [base64.b32encode(secrets.token_bytes(RECOVERY_CODE_BYTES)).decode() for _ in range(RECOVERY_CODES)]
    codes = ["-".join(re.findall("....", code)) for code in bare]
    async with atomic():
        # Two forms sent at once would leave two sets.
        await accounts.lock(member)
        await RecoveryCode.delete().where(RecoveryCode.member == member)
        await RecoveryCode.insert(*[RecoveryCode(member=member, digest=_digest(code)) for code in codes])
    return codes


async def count_unused_codes(member: int) -> int:
    """How many codes the member has not used."""
    unused: int = await RecoveryCode.count().where(RecoveryCode.member == member, RecoveryCode.used_at.is_null())
    return unused


async def accepts_recovery_code(member: int, code: str) -> bool:
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


def _digest(code: str) -> bytes | None:
    bare = re.sub(r"[\s-]", "", code).upper()
    return hashlib.sha256(bare.encode()).digest() if RECOVERY_CODE.fullmatch(bare) else None
