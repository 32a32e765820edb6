"""What changes members, their sign-ins and their passwords."""

from datetime import timedelta

import msgspec
import structlog
from asyncpg import UniqueViolationError

from parley import mail
from parley.accounts import addresses, attempts, devices, hooks, names, passwords, queries, sessions, tokens
from parley.accounts.rules import may_sign_in
from parley.core import ratelimit
from parley.core.db import atomic, execute, value
from parley.core.errors import Forbidden, Gone, Refused
from parley.core.http.access import Viewer, may_write
from parley.core.http.pages import leading_back
from parley.core.settings import settings
from parley.core.text import zones

log = structlog.get_logger(__name__)

VERIFY_LASTS = timedelta(days=3)
RESET_LASTS = timedelta(hours=1)
INVITATION_LASTS = timedelta(days=3)
# A mailed link stays short enough for every mail client to keep it whole.
LONGEST_NEXT = 300

NEW_MEMBER = """
insert into member (name, name_key, email, email_key, password_hash, role, state, zone, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, now())
on conflict (name_key) do nothing
returning id
"""
NEW_LINK = """
insert into token (member, purpose, token_hash, created_at, expires_at)
values ($1, $2, $3, now(), now() + $4::interval)
"""
# Works once, and not after its time: both are decided here, where it is used up.
USE_LINK = """
update token set used_at = now()
where token_hash = $1 and purpose = $2 and used_at is null and expires_at > now()
returning member
"""
END_LINKS = "delete from token where member = $1 and purpose in ('reset', 'login') and used_at is null"
# In place of the one that was given: one that was set meanwhile stands.
REPLACE_HASH = "update member set password_hash = $3 where id = $1 and password_hash = $2"
ACTIVATE = "update member set state = 'active' where id = $1 and state = 'unverified'"

TAKEN = "This name, or one that looks like it, is taken. Please choose another one."
WRONG = "The name, address or password is wrong."
NOT_CURRENT = "This is not your current password."
USED_UP = "This link was used before or is too old. Please ask for a new one."


class Client(msgspec.Struct, frozen=True):
    """The browser that asks, as far as a sign-in remembers it."""

    agent: str
    address: str
    viewer: Viewer | None = None
    # What it holds as proof that it signed in before.
    device: str = ""

    @property
    def network(self) -> str:
        return ratelimit.network(self.address)


class SignedIn(msgspec.Struct, frozen=True):
    member: int
    role: str
    token: str
    device: str


async def sign_up(
    *, name: str, email: str, password: str, client: Client, next_url: str = "/", zone: str = zones.DEFAULT
) -> SignedIn:
    """Make an unverified member, mail a link to confirm the address, and sign in.

    The link leads back to `next_url` once it was used.
    The same happens for an address that a member has already: only who reads its mail learns that.
    Raises Refused when the name is taken, TooMany at a limit.
    """
    email_key = addresses.key(email)
    await ratelimit.take_network(ratelimit.SIGN_UP_NETWORK, client.network)
    await ratelimit.take(ratelimit.SIGN_UP_HERE, f"{email_key} {client.network}")
    await ratelimit.take(ratelimit.SIGN_UP_ADDRESS, email_key)
    await ratelimit.take(ratelimit.SIGN_UP_ALL, ratelimit.EVERYBODY)
    password_hash = await passwords.hashed(password)
    async with atomic():
        member = await _insert(name, email, password_hash, "member", "unverified", zone)
        await _mail_verification(member, name, email, next_url)
        signed_in = await begin(member, "member", client)
    log.info("signed up", member=member, network=client.network)
    return signed_in


async def add_member(
    *, name: str, email: str, role: str = "member", password: str | None = None
) -> tuple[int, str | None]:
    """Make a verified member; without a password, return the address where they set one, too.

    Raises Refused when the name or the address is taken.
    """
    password_hash = await passwords.hashed(password) if password is not None else None
    async with atomic():
        try:
            member = await _insert(name, email, password_hash, role, "active")
        except UniqueViolationError:
            raise Refused("This address belongs to a member already.") from None
        for hook in hooks.when_verified:
            await hook(member)
        link = None if password is not None else await new_link(member, "reset", INVITATION_LASTS)
    log.info("member added", member=member, role=role)
    return member, link


async def send_verification(member: int, next_url: str = "/") -> None:
    """Mail the link to confirm the address again. Raises TooMany at a limit."""
    await ratelimit.take(ratelimit.MAIL_ACCOUNT, str(member))
    account = await queries.account(member)
    if account is not None and account.state == "unverified":
        await ratelimit.take(ratelimit.MAIL_ADDRESS, addresses.key(account.email))
        async with atomic():
            await _mail_verification(member, account.name, account.email, next_url)


async def verify(token: str) -> int:
    """Confirm an address by the token of its link, and return the member's id.

    Raises Gone when the link no longer works, Refused when another member confirmed the address first.
    """
    async with atomic():
        member: int | None = await value(USE_LINK, tokens.digest(token), "verify")
        if member is None:
            raise Gone(USED_UP)
        await _activate(member)
        sessions.forget_after_commit()
    log.info("address confirmed", member=member)
    return member


async def sign_in(*, login: str, password: str, client: Client, answer: str = "") -> SignedIn:
    """Begin a sign-in, with a new token always; the browser's earlier one ends.

    `answer` is that to a challenge, where one was set. Raises Refused for a wrong name or password, Forbidden for a
    suspended member, TooMany (also as ProofNeeded) after too many wrong passwords.
    """
    candidates = await queries.by_login(login)
    device = _device(candidates, client)
    taken = await attempts.admit(attempts.login_key(login), client.network, device=device, answer=answer)
    right = [one for one in candidates if await passwords.matches(password, one.password_hash if one else None)]
    account = right[0] if right else None
    if account is None:
        owner = candidates[0]
        log.warning("sign-in refused", member=owner and owner.id, network=client.network)
        raise Refused(WRONG)
    await attempts.give_back(taken)
    may_sign_in(account)
    known = account.password_hash or ""
    renewed = await passwords.hashed(password) if passwords.is_outdated(known) else known
    async with atomic():
        if not await execute(REPLACE_HASH, account.id, known, renewed):
            raise Refused(WRONG)
        signed_in = await begin(account.id, account.role, client)
    log.info("signed in", member=account.id, network=client.network)
    return signed_in


async def sign_out(viewer: Viewer) -> None:
    """End the sign-in that the viewer uses."""
    await sessions.end(viewer.session, viewer.id)
    log.info("signed out", member=viewer.id)


async def forgot(email: str, client: Client, next_url: str = "/") -> None:
    """Mail a link that sets a new password and leads to `next_url`, if the address belongs to a member.

    Raises TooMany at a limit.
    """
    await ratelimit.take_network(ratelimit.FORGOT_NETWORK, client.network)
    await ratelimit.take(ratelimit.FORGOT_ADDRESS, addresses.key(email))
    await ratelimit.take(ratelimit.FORGOT_ALL, ratelimit.EVERYBODY)
    account = await queries.by_email(email)
    if account is None:
        return
    async with atomic():
        link = await mailed_link(account.id, "reset", RESET_LASTS, next_url)
        await mail.send("reset", account.email, *mail.written_message("reset", name=account.name, link=link))
    log.info("reset mailed", member=account.id, network=client.network)


async def reset(token: str, password: str, client: Client) -> SignedIn:
    """Set a new password by the token of a link, end every sign-in there was, and begin one here.

    Raises Gone when the link no longer works.
    """
    digest = tokens.digest(token)
    password_hash = await passwords.hashed(password)
    async with atomic():
        owner = await queries.token_owner(digest, "reset")
        if owner is None or await value(USE_LINK, digest, "reset") is None:
            raise Gone(USED_UP)
        await execute("update member set password_hash = $2 where id = $1", owner.id, password_hash)
        await execute(END_LINKS, owner.id)
        await sessions.end_all(owner.id)
        await _mail_notice(owner.name, owner.email)
        signed_in = await begin(owner.id, owner.role, client)
    log.info("password reset", member=owner.id, network=client.network)
    return signed_in


async def change_password(viewer: Viewer, *, current: str, password: str, ends_others: bool, client: Client) -> str:
    """Change the password of whoever gives the current one, and return the new device value of this browser.

    Raises Refused when that is wrong, TooMany after too many tries.
    """
    await ratelimit.take(ratelimit.CONFIRM_ACCOUNT, str(viewer.id))
    account = await queries.account(viewer.id)
    if account is None or not await passwords.matches(current, account.password_hash):
        log.warning("password not changed", member=viewer.id, network=client.network)
        raise Refused(NOT_CURRENT)
    password_hash = await passwords.hashed(password)
    async with atomic():
        if not await execute(REPLACE_HASH, account.id, account.password_hash, password_hash):
            raise Refused(NOT_CURRENT)
        if ends_others:
            await sessions.end_all(account.id, but=viewer.session)
        await execute(END_LINKS, account.id)
        await _mail_notice(account.name, account.email)
    log.info("password changed", member=account.id, ended_others=ends_others, network=client.network)
    return devices.issue(account.id, password_hash)


SET_PROFILE = "update member set title = $2, bio = $3, assisted = coalesce($4, assisted) where id = $1"


async def set_profile(viewer: Viewer, *, title: str, bio: str, assisted: str | None = None) -> None:
    """Set what a member says about themselves, and how they read comments written with AI assistance.

    Raises Forbidden for whoever is silenced: others read what one says there; and where a title, which stands beside
    the name on every comment, seems to be one of staff's.
    """
    may_write(viewer)
    if viewer.role == "member" and names.seems_official(title):
        raise Forbidden("Only moderators and admins can have this title. Please describe yourself in other words.")
    async with atomic():
        await execute(SET_PROFILE, viewer.id, title, bio, assisted)
        sessions.forget_after_commit()


def _device(candidates: list[queries.Account | None], client: Client) -> str | None:
    """The browser's device value, if it is known on the account that the login belongs to first."""
    account = next(filter(None, candidates), None)
    is_known = account is not None and devices.recognised(client.device, account.id, account.password_hash)
    return client.device if is_known else None


async def begin(member: int, role: str, client: Client) -> SignedIn:
    """Start a sign-in for this browser, which gives up the one it had."""
    if client.viewer is not None:
        await sessions.end(client.viewer.session, client.viewer.id)
    token = await sessions.start(member, role, agent=client.agent, address=client.address)
    password_hash: str | None = await value("select password_hash from member where id = $1", member)
    return SignedIn(member, role, token, devices.issue(member, password_hash))


async def _insert(
    name: str, email: str, password_hash: str | None, role: str, state: str, zone: str = zones.DEFAULT
) -> int:
    member: int | None = await value(
        NEW_MEMBER, name, names.key(name), email, addresses.key(email), password_hash, role, state, zone
    )
    if member is None:
        raise Refused(TAKEN)
    return member


async def _activate(member: int) -> None:
    try:
        changed = await execute(ACTIVATE, member)
    except UniqueViolationError:
        raise Refused("This address belongs to another member already.") from None
    if changed:
        for hook in hooks.when_verified:
            await hook(member)


async def new_link(member: int, purpose: str, lasts: timedelta) -> str:
    token = tokens.new()
    await execute(NEW_LINK, member, purpose, tokens.digest(token), lasts)
    return f"{settings().base_url}/{purpose}/{token}"


async def mailed_link(member: int, purpose: str, lasts: timedelta, next_url: str) -> str:
    """A new link that leads to `next_url` once it was used."""
    link = await new_link(member, purpose, lasts)
    return leading_back(link, next_url) if len(next_url) <= LONGEST_NEXT else link


async def _mail_verification(member: int, name: str, email: str, next_url: str) -> None:
    # The same work either way, so that the time tells nothing.
    link = await mailed_link(member, "verify", VERIFY_LASTS, next_url)
    owner = await queries.by_email(email)
    if owner is None:
        await mail.send("verify", email, *mail.written_message("verify", name=name, link=link))
    else:
        links = {"login": f"{settings().base_url}/login", "forgot": f"{settings().base_url}/forgot"}
        await mail.send("known", owner.email, *mail.written_message("known", name=owner.name, tried=name, **links))


async def _mail_notice(name: str, email: str) -> None:
    forgot = f"{settings().base_url}/forgot"
    await mail.send("password", email, *mail.written_message("password_changed", name=name, link=forgot))
