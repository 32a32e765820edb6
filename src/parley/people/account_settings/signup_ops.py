"""Creating members, and confirming their e-mail addresses."""

from datetime import timedelta

import structlog
from asyncpg import UniqueViolationError

from parley.people import mail
from parley.people.accounts import (
    addresses,
    hooks,
    joining,
    mailed_links,
    names,
    proof_of_work,
    queries,
    reserved_names,
    viewer_cache,
)
from parley.people.accounts.joining import SignUpContext
from parley.people.accounts.tables import Member
from parley.people.sign_in import authentication, passwords
from parley.people.sign_in.authentication import SIGN_UP, Client, SecondFactorNeeded, SignedIn
from parley.people.sign_in.passwords import Asker
from parley.platform import ratelimit
from parley.platform.db import NOW, atomic
from parley.platform.errors import Refused
from parley.platform.http.languages import language_for
from parley.platform.limit import Use
from parley.platform.settings import settings
from parley.platform.text import zones
from parley.platform.text.languages import spoken
from parley.platform.text.messages import N_

log = structlog.get_logger(__name__)

VERIFY_LASTS = timedelta(days=3)
INVITATION_LASTS = timedelta(days=3)
NOTHING = SignUpContext()

MUCH_MAIL = N_(
    "This was done often in a short time. Please send the form again: your browser then does a short calculation first."
)


async def sign_up(
    *,
    name: str,
    email: str,
    password: str | None,
    client: Client,
    next_url: str = "/",
    zone: str = zones.DEFAULT,
    context: SignUpContext = NOTHING,
    is_confirmed: bool = False,
) -> SignedIn | SecondFactorNeeded:
    """Create an unverified member, mail a link that confirms the address and leads to `next_url`, and sign in.

    The answer is the same for an address that another member has confirmed: only its mailbox receives a different
    letter. Without a password, the member has another way to sign in (sso/). An address that `is_confirmed` gets no
    letter. Raises Refused when the name is taken, NotAdmitted when they may not sign up, TooMany
    (also as ProofOfWorkNeeded) at a limit.
    """
    await joining.take(context, addresses.mailbox(email), client.source, is_confirmed=is_confirmed)
    password_hash = None if password is None else await passwords.hash_password(password, Asker(client.source))
    return await create(name, email, password_hash, client, next_url, zone, context, is_confirmed=is_confirmed)


async def create(
    name: str,
    email: str,
    password_hash: str | None,
    client: Client,
    next_url: str,
    zone: str,
    context: SignUpContext,
    *,
    is_confirmed: bool,
) -> SignedIn | SecondFactorNeeded:
    """Create a member who was counted, and sign in; as `sign_up`."""
    # Their letters are in the language in which they signed up.
    language = "" if spoken() is language_for("") else spoken().code
    async with atomic():
        member = await _insert(name, email, password_hash, "member", "unverified", zone, language)
        for admit in hooks.when_signed_up:
            await admit(member, context)
        if is_confirmed:
            await activate(member)
        else:
            await _mail_verification(member, name, email, next_url)
        signed_in = await authentication.complete(member, frozenset({SIGN_UP}), client)
    log.info("signed up", member=member, network=client.source.network)
    return signed_in


async def add_member(
    *, name: str, email: str, role: str = "member", password: str | None = None
) -> tuple[int, str | None]:
    """Create a verified member and return their id and, without a password, the link that sets one.

    Raises Refused when the name or the address is taken.
    """
    password_hash = await passwords.hash_password(password) if password is not None else None
    async with atomic():
        try:
            member = await _insert(name, email, password_hash, role, "active")
        except UniqueViolationError:
            raise Refused(N_("Another member has this address already.")) from None
        for hook in hooks.when_verified:
            await hook(member)
        link = None if password is not None else await mailed_links.create(member, "reset", INVITATION_LASTS)
    log.info("member added", member=member, role=role)
    return member, link


async def send_verification(member: int, client: Client, next_url: str = "/", *, answer: str = "") -> None:
    """Mail a new link that confirms the address. Raises TooMany at a limit, as `take_mail` does."""
    await ratelimit.take(ratelimit.MAIL_ACCOUNT, str(member))
    account = await queries.account(member)
    if account is not None and account.state == "unverified":
        await take_mail(account.email, client, answer)
        async with atomic():
            await _mail_verification(member, account.name, account.email, next_url)


async def take_mail(email: str, client: Client, answer: str) -> None:
    """Count a letter to an address that is not confirmed.

    Raises ProofOfWorkNeeded when many were requested and `answer` is wrong, TooMany above the limit for right answers.
    """
    mailbox = addresses.mailbox(email)
    here = ratelimit.of_source(ratelimit.MAIL_HERE, client.source, mailbox)
    steps = [[*here, Use(limit, mailbox)] for limit in (ratelimit.MAIL_ADDRESS, ratelimit.MAIL_PROVEN)]
    bits = await proof_of_work.bits_of(answer, mailbox)
    await proof_of_work.take(steps, key=mailbox, bits=bits, why=MUCH_MAIL)


async def verify(token: str) -> int:
    """Confirm an address by the token of its link, and return the member's id.

    Raises Gone when the link no longer works, Refused when another member confirmed the address first.
    """
    async with atomic():
        member = await mailed_links.use(token, "verify")
        await activate(member)
        viewer_cache.clear_after_commit()
    log.info("address confirmed", member=member)
    return member


async def _insert(
    name: str,
    email: str,
    password_hash: str | None,
    role: str,
    state: str,
    zone: str = zones.DEFAULT,
    language: str = "",
) -> int:
    new = Member(
        name=name,
        name_key=names.key(name),
        email=email,
        email_key=addresses.key(email),
        password_hash=password_hash,
        role=role,
        staff_since=None if role == "member" else NOW,
        state=state,
        zone=zone,
        language=language,
    )
    inserted = await Member.insert(new).on_conflict(Member.name_key, "DO NOTHING").returning(Member.id)
    if not inserted:
        raise Refused(reserved_names.NAME_TAKEN)
    member: int = inserted[0]["id"]
    # After the insert, which waits for a member who is giving up this name.
    await reserved_names.require_free(name, member)
    return member


async def activate(member: int) -> None:
    """Let an unverified member take part, unless they must wait for a moderator.

    Raises Refused if another member confirmed the address first.
    """
    for must_wait in hooks.must_wait:
        if await must_wait(member):
            return
    try:
        changed = (
            await Member.update({Member.state: "active"})
            .where(Member.id == member, Member.state == "unverified")
            .returning(Member.id)
        )
    except UniqueViolationError:
        raise Refused(N_("Another member has this address already.")) from None
    if changed:
        for hook in hooks.when_verified:
            await hook(member)


async def _mail_verification(member: int, name: str, email: str, next_url: str) -> None:
    # Both branches do the same work, so that the time does not show whether the address is known.
    await mail_newcomer("verify", name, email, await mailed_links.create(member, "verify", VERIFY_LASTS, next_url))


async def mail_newcomer(template: str, name: str, email: str, link: str) -> None:
    """Mail a link to somebody who signs up. To an address that another member has, mail that instead."""
    owner = await queries.by_email(email)
    if owner is None:
        await mail.send_written("verify", email, template, name=name, link=link)
    else:
        links = {"login": f"{settings().base_url}/login", "forgot": f"{settings().base_url}/forgot"}
        await mail.send_written("known", owner.email, "known", name=owner.name, tried=name, **links)
