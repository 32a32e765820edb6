"""Rate limits: which there are, and counting a use against them.

A limit has one token bucket for each subject (token_buckets.py). A use takes one token, or one for each kilobyte.
"""

from collections.abc import Sequence
from contextvars import ContextVar
from operator import itemgetter

import structlog

from parley.platform import db, quotas, rehearsals, token_buckets
from parley.platform.errors import TooMany
from parley.platform.limit import EVERYBODY, TOO_OFTEN, Limit, Use, key_of
from parley.platform.networks import Source, source
from parley.platform.settings import settings
from parley.platform.text.durations import lasting
from parley.platform.text.messages import N_, Message
from parley.platform.token_buckets import Refusal

log = structlog.get_logger(__name__)

MINUTE, HOUR, DAY = 60, 3_600, 86_400
TOO_LARGE = N_(
    "You have added as much text and as many pictures as one member may in a day. Please try again in {time}."
)
TOO_MANY_OPENED = N_(
    "Readers of this site have opened many discussions in a short time. Your text is kept. Please try again in {time}."
)
TOO_MANY_HERE = N_(
    "This was done too often from your network in a short time. Sign in to go on, since members have a limit of their "
    "own. Or try again in {time}."
)
TOO_MANY_READ = N_(
    "Too much was read from your network in a short time. Sign in, or use a token, to go on: both have limits of their "
    "own. Or try again in {time}."
)
TOO_MANY_CODES = N_(
    "Too many wrong codes were tried for this account. If that was somebody else, sign in by a link that we mail to "
    "you: you can then try again at once. Or try again in {time}."
)


def _limit(
    name: str, most: int, seconds: int, *, strict: bool = False, reached: Message = TOO_OFTEN, shared: bool = False
) -> Limit:
    limit = Limit(name, most, seconds, strict, reached, shared)
    LIMITS[name] = limit
    return limit


Triple = tuple[Limit, Limit, Limit]
LIMITS: dict[str, Limit] = {}

# What the current request has taken. Only the API sets the list, since a refused request costs nothing there.
taken: ContextVar[list[Use] | None] = ContextVar("taken", default=None)


def _with_proofs(name: str, most: int, proven: int, seconds: int, *, strict: bool = True) -> Triple:
    """Return a host's limits without a proof of work, with one, and with a hard one.

    Above each of the first two, the browser does a proof of work or a harder one (people/accounts/proof_of_work.py).
    Otherwise those who share an address could keep each other out.
    """
    return (
        _limit(name, most, seconds, strict=strict),
        _limit(f"{name}, proven", proven, seconds, strict=strict),
        _limit(f"{name}, hard", proven, seconds, strict=strict),
    )


# A limit of a host is multiplied for its network (platform/networks.py).

# Wrong passwords: on a device that signed in before, and elsewhere for one name from one host, for one name from
# everywhere, and for all names from one host. Above these, the browser must do a proof of work
# (people/accounts/proof_of_work.py).
SIGN_IN_DEVICE = _limit("sign-in:device", 10, 15 * MINUTE, strict=True)
SIGN_IN_HERE = _limit("sign-in:account+host", 10, 15 * MINUTE, strict=True)
SIGN_IN_ACCOUNT = _limit("sign-in:account", 50, HOUR, strict=True)
SIGN_IN_HOST = _limit("sign-in:host", 100, 15 * MINUTE, strict=True)
SIGN_IN_ALL = _limit("sign-in:all", 3_000, 5 * MINUTE, strict=True, shared=True)
# Wrong passwords with a proof of work. Above the limit of a name, its member signs in by a mailed link. Above that of a
# host, proofs are hard, since somebody could use it up for all who share its address.
PROVEN_ACCOUNT = _limit("sign-in:account, proven", 100, HOUR, strict=True)
PROVEN_HOST = _limit("sign-in:host, proven", 100, HOUR, strict=True)
PROOF_USED = _limit("sign-in:proof", 1, HOUR, strict=True)
# Letters about sign-ins on new browsers. Somebody who knows a password could otherwise fill its owner's mailbox.
ALERT_ACCOUNT = _limit("alert:account", 5, HOUR, strict=True)

# Links for signing in by mail. The page does not show whether the limit of an address was reached.
LINK_ADDRESS = _limit("link:address", 3, HOUR, strict=True)
LINK_HOST = _with_proofs("link:host", 100, 250, HOUR)
LINK_ALL = _limit("link:all", 2_000, HOUR, strict=True, shared=True)

# Counted by address and host together first: otherwise somebody could use up the limit of another person's address.
SIGN_UP_HERE = _limit("sign-up:address+host", 5, DAY, strict=True)
# Above SIGN_UP_ADDRESS, the browser must do a proof of work (people/accounts/proof_of_work.py).
SIGN_UP_ADDRESS = _limit("sign-up:address", 20, DAY, strict=True)
SIGN_UP_PROVEN = _limit("sign-up:address, proven", 100, DAY, strict=True)
SIGN_UP_HOST = _with_proofs("sign-up:host", 30, 75, HOUR)
SIGN_UP_ALL = _limit("sign-up:all", 1_000, HOUR, strict=True, shared=True)
# Sign-ups without a proof of work, for browsers without scripts: each needs a mailed link, which works once, and a
# moderator.
SIGN_UP_BY_HAND = _limit("sign-up:host, by hand", 5, HOUR, strict=True)
BY_HAND_LINK = _limit("sign-up:link", 1, DAY, strict=True)
INVITATION_ACCOUNT = _limit("invitation:account", 5, 7 * DAY, strict=True)

# The page does not show whether the limit of an address was reached: its mailbox has a link then that works.
FORGOT_ADDRESS = _limit("forgot:address", 5, HOUR, strict=True)
FORGOT_HOST = _with_proofs("forgot:host", 30, 125, HOUR)
FORGOT_ALL = _limit("forgot:all", 1_000, HOUR, strict=True, shared=True)

# Wrong answers of other sites to sign-ins there: in a browser that signed in before, and elsewhere.
PROVIDER_DEVICE = _limit("provider:device", 20, 15 * MINUTE, strict=True)
PROVIDER_HOST = _with_proofs("provider:host", 100, 250, 15 * MINUTE)
# A signed-in account confirms its current password.
CONFIRM_ACCOUNT = _limit("confirm:account", 10, 15 * MINUTE, strict=True)
# Codes of a second factor: on a device that signed in before, and elsewhere from one host and from everywhere. Whoever
# knows a password could otherwise keep its owner out. After each first factor codes are counted apart: who uses up the
# limit after the password leaves the owner that after a mailed link.
SECOND_DEVICE = _limit("second:device", 5, 15 * MINUTE, strict=True)
SECOND_HERE = _limit("second:account+host", 5, 15 * MINUTE, strict=True)
SECOND_ACCOUNT = _limit("second:account", 20, HOUR, strict=True, reached=TOO_MANY_CODES)

# A new link that confirms an address. Several accounts may have the same unconfirmed address, even another person's, so
# it is counted by address and host together first: its owner can still get one. Above MAIL_ADDRESS, the browser must
# do a proof of work.
MAIL_ACCOUNT = _limit("mail:account", 5, HOUR, strict=True)
MAIL_HERE = _limit("mail:address+host", 5, HOUR, strict=True)
MAIL_ADDRESS = _limit("mail:address", 40, HOUR, strict=True, shared=True)
MAIL_PROVEN = _limit("mail:address, proven", 100, HOUR, strict=True, shared=True)
# A relay's signed notification is accepted once. It expires after a day.
WEBHOOK_TOKEN = _limit("webhook:token", 1, 2 * DAY, strict=True)
# All forms of an account that does not moderate, also those that only follow, mute or change a setting.
FORM_ACCOUNT = _limit("form:account", 1_200, 10 * MINUTE)
# What a moderator writes to members, and notes, which may mail colleagues.
WRITE_MODERATOR = _limit("write:moderator", 100, HOUR, strict=True)

POST_ACCOUNT = _limit("post:account", 40, 10 * MINUTE, strict=True)
POST_HOST = _limit("post:host", 600, 10 * MINUTE, strict=True, shared=True)
POST_ALL = _limit("post:all", 6_000, 10 * MINUTE, strict=True, shared=True)
VOTE_ACCOUNT = _limit("vote:account", 200, 10 * MINUTE)
VOTE_HOST = _limit("vote:host", 2_000, 10 * MINUTE, shared=True)
VOTE_ALL = _limit("vote:all", 60_000, 10 * MINUTE, shared=True)
PREVIEW_ACCOUNT = _limit("preview:account", 120, 10 * MINUTE)
PREVIEW_HOST = _limit("preview:host", 600, 10 * MINUTE, shared=True)
PREVIEW_VISITORS = _limit("preview:host, visitors", 300, 10 * MINUTE, reached=TOO_MANY_HERE)
PREVIEW_ALL = _limit("preview:all", 20_000, 10 * MINUTE, shared=True)
# Translations of comments by a service, which may be paid for.
TRANSLATE_ACCOUNT = _limit("translate:account", 60, HOUR)
TRANSLATE_VISITORS = _limit("translate:host, visitors", 30, HOUR, reached=TOO_MANY_HERE)
TRANSLATE_ALL = _limit("translate:all", 2_000, HOUR, shared=True)
IMPORT_ACCOUNT = _limit("import:account", 20, HOUR, strict=True)
IMPORT_HOST = _limit("import:host", 60, HOUR, strict=True, shared=True)
IMPORT_ALL = _limit("import:all", 600, HOUR, strict=True, shared=True)

# Threads that readers of a publisher's site open, of one site: each fetches a page there.
OPEN_SITE_HOUR = _limit("open:site, hour", 30, HOUR, strict=True, reached=TOO_MANY_OPENED, shared=True)
OPEN_SITE_DAY = _limit("open:site, day", 300, DAY, strict=True, reached=TOO_MANY_OPENED, shared=True)

# Kilobytes of texts and pictures that the imports and edits of articles store.
VOLUME_ACCOUNT = _limit("volume:account", 100_000, DAY, strict=True, reached=TOO_LARGE)
VOLUME_ALL = _limit("volume:all", 10_000_000, DAY, strict=True, shared=True)

# Of visitors, so many from one host: each search may take a second of the database.
SEARCH_ACCOUNT = _limit("search:account", 60, MINUTE)
SEARCH_HOST = _limit("search:host", 60, MINUTE, reached=TOO_MANY_HERE)
SEARCH_ALL = _limit("search:all", 3_000, MINUTE, shared=True)
# Several a word, while it is typed.
SUGGESTION_ACCOUNT = _limit("suggestion:account", 120, MINUTE)
SUGGESTION_HOST = _limit("suggestion:host", 120, MINUTE)

# Visitors have limits of their own, so that they do not use up what members need.
REPORT_VISITORS = _with_proofs("report:host, visitors", 50, 100, HOUR, strict=False)
REPORT_ACCOUNT = _limit("report:account", 30, HOUR)
REPORT_HOST = _limit("report:host", 100, HOUR, shared=True)
REPORT_ALL = _limit("report:all", 3_000, HOUR, shared=True)
# Letters about visitors' reports and requests to an address that nobody has confirmed. Above this, none is sent.
RECEIPT_ADDRESS = _limit("receipt:address", 10, DAY, strict=True)

# Requests about rights in articles are long letters, of which nobody has many to write in a day.
RIGHTS_ACCOUNT = _limit("rights:account", 10, DAY, strict=True)
RIGHTS_VISITORS = _with_proofs("rights:host, visitors", 10, 10, DAY)
RIGHTS_HOST = _limit("rights:host", 30, DAY, strict=True, shared=True)
RIGHTS_ALL = _limit("rights:all", 500, DAY, strict=True, shared=True)

# Claims fetch a page, or mail a stranger.
CLAIM_ACCOUNT = _limit("claim:account", 10, DAY, strict=True)
CLAIM_HOST = _limit("claim:host", 30, DAY, strict=True, shared=True)
CLAIM_ALL = _limit("claim:all", 1_000, DAY, strict=True, shared=True)
# Links to one mailbox of a publisher: counted by member first, who could otherwise keep its author from claiming.
CLAIM_HERE = _limit("claim:account+address", 3, DAY, strict=True)
CLAIM_ADDRESS = _limit("claim:address", 10, DAY, strict=True)

# Requests to the API: of one token, of one member who is signed in, or from one host without either.
API_TOKEN = _limit("api:token", 600, MINUTE)
API_ACCOUNT = _limit("api:account", 600, MINUTE)
API_HOST = _limit("api:host", 60, MINUTE, reached=TOO_MANY_READ)

POST: Triple = (POST_ACCOUNT, POST_HOST, POST_ALL)
VOTE: Triple = (VOTE_ACCOUNT, VOTE_HOST, VOTE_ALL)
PREVIEW: Triple = (PREVIEW_ACCOUNT, PREVIEW_HOST, PREVIEW_ALL)
IMPORT: Triple = (IMPORT_ACCOUNT, IMPORT_HOST, IMPORT_ALL)
REPORT: Triple = (REPORT_ACCOUNT, REPORT_HOST, REPORT_ALL)
CLAIM: Triple = (CLAIM_ACCOUNT, CLAIM_HOST, CLAIM_ALL)
RIGHTS: Triple = (RIGHTS_ACCOUNT, RIGHTS_HOST, RIGHTS_ALL)


async def take(limit: Limit, subject: str, cost: int = 1) -> None:
    """Take `cost` tokens from the bucket of `subject`; raises what `take_all` does."""
    await take_all([Use(limit, subject, cost)])


async def take_all(uses: Sequence[Use]) -> None:
    """Take the tokens of all `uses` in one round trip, or none of them.

    Call it before the action's transaction: a rollback must not return the tokens.
    Raises TooMany, with the seconds until the first bucket with too few has enough again.
    """
    if not uses or not settings().limits or rehearsals.is_rehearsal.get():
        return
    answer = await token_buckets.take([use.withdrawal for use in uses])
    if answer is None:
        await _take_from_table([use for use in uses if use.limit.strict])
    if not isinstance(answer, Refusal) and (taken_before := taken.get()) is not None:
        taken_before += [use for use in uses if use.cost == 1]
    if answer is None:
        return
    if isinstance(answer, Refusal):
        use, wait = uses[answer.bucket], -(-answer.milliseconds // 1_000)
        _report(use, 0, wait)
        raise _refusal(use, wait)
    counted = [pair for pair in zip(answer, uses, strict=True) if pair[1].subject != EVERYBODY]
    for left, use in sorted(counted, key=itemgetter(0))[:1]:
        _report(use, left)


def _report(use: Use, left: int, wait: int | None = None) -> None:
    """Report to the API how many uses are left. What is counted in kilobytes is not a number of requests."""
    if use.cost == 1:
        quotas.add(use.limit.quota(left, wait))


async def _take_from_table(uses: Sequence[Use]) -> None:
    if not uses:
        return
    used = 0.0
    async with db.atomic():
        for use in uses:
            share = await token_buckets.take_from_table(use.withdrawal, used)
            if share is None:
                raise _refusal(use, max(1, use.limit.seconds * use.cost // use.limit.most))
            used = max(used, share)


def _refusal(use: Use, wait: int) -> TooMany:
    log.warning("rate limit reached", limit=use.limit.name, wait=wait)
    return TooMany(use.limit.reached, wait, time=lasting(wait))


def of_source(limit: Limit, of: Source, key: str = "") -> list[Use]:
    """Return one token for a host and one for its network; with `key` for what both do to that, such as a name."""
    return [Use(limit, f"{key} {of.host}".strip()), Use(limit.of_network, f"{key} {of.network}".strip())]


async def give_back(limit: Limit, subject: str) -> None:
    """Return a token, for a use that does not count."""
    if not settings().limits:
        return
    key = key_of(limit, subject)
    if not await token_buckets.give_back(key, limit.most) and limit.strict:
        await token_buckets.give_back_to_table(key, limit.most)


async def give_back_all(uses: Sequence[Use]) -> None:
    """Return the tokens of a request that was refused."""
    for use in uses:
        await give_back(use.limit, use.subject)


def each(limits: Triple, account: int, address: str) -> list[Use]:
    """Return one token each for the account, its host, its network and everybody."""
    by_account, by_host, by_all = limits
    return [Use(by_account, str(account)), *of_source(by_host, source(address)), Use(by_all, EVERYBODY)]


async def take_each(limits: Triple, account: int, address: str) -> None:
    """Take one token each for the account, its host, its network and everybody; raises TooMany as `take` does."""
    await take_all(each(limits, account, address))


async def take_volume(account: int, size: int) -> None:
    """Take a token for each kilobyte of the `size` bytes that a member stores; raises TooMany as `take` does."""
    kilobytes = -(-size // 1_000)
    of_account = Use(VOLUME_ACCOUNT, str(account), min(kilobytes, VOLUME_ACCOUNT.most))
    await take_all([of_account, Use(VOLUME_ALL, EVERYBODY, min(kilobytes, VOLUME_ALL.most))])
