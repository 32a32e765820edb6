"""Rate limits: which there are, and counting a use against them.

A limit has one token bucket for each subject (token_buckets.py). A use takes one token, or one for each kilobyte.
"""

from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from operator import itemgetter

import msgspec
import structlog

from parley.platform import db, quotas, rehearsals, token_buckets
from parley.platform.errors import TooMany
from parley.platform.networks import network, site
from parley.platform.quotas import Quota
from parley.platform.settings import settings
from parley.platform.text.durations import lasting
from parley.platform.text.messages import N_, Message
from parley.platform.token_buckets import Refusal, Withdrawal

log = structlog.get_logger(__name__)

MINUTE, HOUR, DAY = 60, 3_600, 86_400
EVERYBODY = "all"
TOO_OFTEN = N_("You did that too often in a short time. Please try again in {time}.")
TOO_LARGE = N_(
    "You have added as much text and as many pictures as one member may in a day. Please try again in {time}."
)
TOO_MANY_OPENED = N_(
    "Readers of this site have opened many discussions in a short time. Your text is kept. Please try again in {time}."
)

# One person with IPv6 may have a /48: 65,536 of the networks by which clients are counted. Without a limit for all of a
# /48, of so many times the limit of one network, that person could use up the limit for everybody (`sign-up:all`).
SITE_NETWORKS = 8


class Limit(msgspec.Struct, frozen=True):
    """At most `most` uses at once, and as many again in `seconds`.

    While Redis is down, a `strict` limit is counted in PostgreSQL, and the others allow everything. A `shared` limit,
    of many accounts or networks together, first serves those who have used little of their own limits, which stand
    before it in `take_all` (token_buckets.py).
    """

    name: str
    most: int
    seconds: int
    strict: bool = False
    reached: Message = TOO_OFTEN
    shared: bool = False

    def quota(self, left: int, wait: int | None = None) -> Quota:
        """Say that `left` uses are left, and that there are more in `wait` seconds."""
        is_used = wait is None
        return Quota(self.name, self.most, self.seconds, left, self.seconds if wait is None else wait, is_used)


class Use(msgspec.Struct, frozen=True):
    """The tokens that an action takes from one bucket: that of an account, of a network or of EVERYBODY."""

    limit: Limit
    subject: str
    cost: int = 1

    @property
    def withdrawal(self) -> Withdrawal:
        limit = self.limit
        return Withdrawal(_key(limit, self.subject), limit.most, limit.seconds, self.cost, limit.shared)


def _limit(
    name: str, most: int, seconds: int, *, strict: bool = False, reached: Message = TOO_OFTEN, shared: bool = False
) -> Limit:
    limit = Limit(name, most, seconds, strict, reached, shared)
    LIMITS[name] = limit
    return limit


LIMITS: dict[str, Limit] = {}

# What the current request has taken. Only the API sets the list, since a refused request costs nothing there.
taken: ContextVar[list[Use] | None] = ContextVar("taken", default=None)

# Wrong passwords: on a device that signed in before, and elsewhere for one name from one network, for one name from
# everywhere, and for all names from one network. Above these, the browser must do a proof of work
# (people/accounts/proof_of_work.py).
SIGN_IN_DEVICE = _limit("sign-in:device", 10, 15 * MINUTE, strict=True)
SIGN_IN_HERE = _limit("sign-in:account+network", 10, 15 * MINUTE, strict=True)
SIGN_IN_ACCOUNT = _limit("sign-in:account", 50, HOUR, strict=True)
SIGN_IN_NETWORK = _limit("sign-in:network", 100, 15 * MINUTE, strict=True)
SIGN_IN_ALL = _limit("sign-in:all", 3_000, 5 * MINUTE, strict=True, shared=True)
# Wrong passwords with a proof of work. Above the limit of a name, its member signs in by a mailed link. Above that of a
# network, proofs are hard, since somebody could use it up for all neighbours.
PROVEN_ACCOUNT = _limit("sign-in:account, proven", 100, HOUR, strict=True)
PROVEN_NETWORK = _limit("sign-in:network, proven", 200, HOUR, strict=True)
PROOF_USED = _limit("sign-in:proof", 1, HOUR, strict=True)
# Letters about sign-ins on new browsers. Somebody who knows a password could otherwise fill its owner's mailbox.
ALERT_ACCOUNT = _limit("alert:account", 5, HOUR, strict=True)

# Links for signing in by mail. The page does not show whether the limit of an address was reached. Above a network's
# limit for links, sign-ups or new passwords, the browser does a proof of work; above that for proofs, a harder one.
# Otherwise neighbours could keep each other out.
LINK_ADDRESS = _limit("link:address", 3, HOUR, strict=True)
LINK_NETWORK = _limit("link:network", 200, HOUR, strict=True)
LINK_PROVEN = _limit("link:network, proven", 1_000, HOUR, strict=True)
LINK_HARD = _limit("link:network, hard", 1_000, HOUR, strict=True)
LINK_ALL = _limit("link:all", 2_000, HOUR, strict=True, shared=True)

# Counted by address and network together first: otherwise somebody could use up the limit of another person's address.
SIGN_UP_HERE = _limit("sign-up:address+network", 5, DAY, strict=True)
# Above SIGN_UP_ADDRESS, the browser must do a proof of work (people/accounts/proof_of_work.py).
SIGN_UP_ADDRESS = _limit("sign-up:address", 20, DAY, strict=True)
SIGN_UP_PROVEN = _limit("sign-up:address, proven", 100, DAY, strict=True)
SIGN_UP_NETWORK = _limit("sign-up:network", 30, HOUR, strict=True)
SIGN_UP_NETWORK_PROVEN = _limit("sign-up:network, proven", 300, HOUR, strict=True)
SIGN_UP_NETWORK_HARD = _limit("sign-up:network, hard", 300, HOUR, strict=True)
SIGN_UP_ALL = _limit("sign-up:all", 1_000, HOUR, strict=True, shared=True)
INVITATION_ACCOUNT = _limit("invitation:account", 5, 7 * DAY, strict=True)

# The page does not show whether the limit of an address was reached: its mailbox has a link then that works.
FORGOT_ADDRESS = _limit("forgot:address", 5, HOUR, strict=True)
FORGOT_NETWORK = _limit("forgot:network", 30, HOUR, strict=True)
FORGOT_PROVEN = _limit("forgot:network, proven", 500, HOUR, strict=True)
FORGOT_HARD = _limit("forgot:network, hard", 500, HOUR, strict=True)
FORGOT_ALL = _limit("forgot:all", 1_000, HOUR, strict=True, shared=True)

# Wrong answers of other sites to sign-ins there: in a browser that signed in before, and elsewhere.
PROVIDER_DEVICE = _limit("provider:device", 20, 15 * MINUTE, strict=True)
PROVIDER_NETWORK = _limit("provider:network", 200, 15 * MINUTE, strict=True)
# A signed-in account confirms its current password.
CONFIRM_ACCOUNT = _limit("confirm:account", 10, 15 * MINUTE, strict=True)
# Codes of a second factor: on a device that signed in before, and elsewhere. Whoever knows a password could otherwise
# keep its owner out.
SECOND_DEVICE = _limit("second:device", 5, 15 * MINUTE, strict=True)
SECOND_ACCOUNT = _limit("second:account", 5, 15 * MINUTE, strict=True)

# A new link that confirms an address. Several accounts may have the same unconfirmed address, even another person's, so
# it is counted by address and network together first: its owner can still get one. Above MAIL_ADDRESS, the browser must
# do a proof of work.
MAIL_ACCOUNT = _limit("mail:account", 5, HOUR, strict=True)
MAIL_HERE = _limit("mail:address+network", 5, HOUR, strict=True)
MAIL_ADDRESS = _limit("mail:address", 40, HOUR, strict=True, shared=True)
MAIL_PROVEN = _limit("mail:address, proven", 100, HOUR, strict=True, shared=True)
# A relay's signed notification is accepted once. It expires after a day.
WEBHOOK_TOKEN = _limit("webhook:token", 1, 2 * DAY, strict=True)
# All forms of an account that does not moderate, also those that only follow, mute or change a setting.
FORM_ACCOUNT = _limit("form:account", 1_200, 10 * MINUTE)

POST_ACCOUNT = _limit("post:account", 40, 10 * MINUTE, strict=True)
POST_NETWORK = _limit("post:network", 600, 10 * MINUTE, strict=True, shared=True)
POST_ALL = _limit("post:all", 6_000, 10 * MINUTE, strict=True, shared=True)
VOTE_ACCOUNT = _limit("vote:account", 200, 10 * MINUTE)
VOTE_NETWORK = _limit("vote:network", 2_000, 10 * MINUTE, shared=True)
VOTE_ALL = _limit("vote:all", 60_000, 10 * MINUTE, shared=True)
PREVIEW_ACCOUNT = _limit("preview:account", 120, 10 * MINUTE)
PREVIEW_NETWORK = _limit("preview:network", 600, 10 * MINUTE, shared=True)
PREVIEW_ALL = _limit("preview:all", 20_000, 10 * MINUTE, shared=True)
IMPORT_ACCOUNT = _limit("import:account", 20, HOUR, strict=True)
IMPORT_NETWORK = _limit("import:network", 60, HOUR, strict=True, shared=True)
IMPORT_ALL = _limit("import:all", 600, HOUR, strict=True, shared=True)

# Threads that readers of a publisher's site open, of one site: each fetches a page there.
OPEN_SITE_HOUR = _limit("open:site, hour", 30, HOUR, strict=True, reached=TOO_MANY_OPENED)
OPEN_SITE_DAY = _limit("open:site, day", 300, DAY, strict=True, reached=TOO_MANY_OPENED)

# Kilobytes of texts and pictures that the imports and edits of articles store.
VOLUME_ACCOUNT = _limit("volume:account", 100_000, DAY, strict=True, reached=TOO_LARGE)
VOLUME_ALL = _limit("volume:all", 10_000_000, DAY, strict=True, shared=True)

# Of visitors, so many from one network: each search may take a second of the database.
SEARCH_ACCOUNT = _limit("search:account", 60, MINUTE)
SEARCH_NETWORK = _limit("search:network", 60, MINUTE)
SEARCH_ALL = _limit("search:all", 3_000, MINUTE, shared=True)
# Several a word, while it is typed.
SUGGESTION_ACCOUNT = _limit("suggestion:account", 120, MINUTE)
SUGGESTION_NETWORK = _limit("suggestion:network", 120, MINUTE)

# Of visitors, half as many from one network as from all of it: they cannot use up what its members need.
REPORT_VISITORS = _limit("report:visitors", 50, HOUR)
REPORT_ACCOUNT = _limit("report:account", 30, HOUR)
REPORT_NETWORK = _limit("report:network", 100, HOUR, shared=True)
REPORT_ALL = _limit("report:all", 3_000, HOUR, shared=True)
# Letters about visitors' reports and requests to an address that nobody has confirmed. Above this, none is sent.
RECEIPT_ADDRESS = _limit("receipt:address", 10, DAY, strict=True)

# Requests about rights in articles are long letters, of which nobody has many to write in a day.
RIGHTS_ACCOUNT = _limit("rights:account", 10, DAY, strict=True)
RIGHTS_VISITORS = _limit("rights:visitors", 10, DAY, strict=True)
RIGHTS_NETWORK = _limit("rights:network", 30, DAY, strict=True, shared=True)
RIGHTS_ALL = _limit("rights:all", 500, DAY, strict=True, shared=True)

# Claims fetch a page, or mail a stranger.
CLAIM_ACCOUNT = _limit("claim:account", 10, DAY, strict=True)
CLAIM_NETWORK = _limit("claim:network", 30, DAY, strict=True, shared=True)
CLAIM_ALL = _limit("claim:all", 1_000, DAY, strict=True, shared=True)
CLAIM_ADDRESS = _limit("claim:address", 10, DAY, strict=True)  # links to one mailbox of a publisher

# Requests to the API: of one token, or from one network without a token.
API_TOKEN = _limit("api:token", 600, MINUTE)
API_NETWORK = _limit("api:network", 60, MINUTE)

Triple = tuple[Limit, Limit, Limit]
POST: Triple = (POST_ACCOUNT, POST_NETWORK, POST_ALL)
VOTE: Triple = (VOTE_ACCOUNT, VOTE_NETWORK, VOTE_ALL)
PREVIEW: Triple = (PREVIEW_ACCOUNT, PREVIEW_NETWORK, PREVIEW_ALL)
IMPORT: Triple = (IMPORT_ACCOUNT, IMPORT_NETWORK, IMPORT_ALL)
REPORT: Triple = (REPORT_ACCOUNT, REPORT_NETWORK, REPORT_ALL)
CLAIM: Triple = (CLAIM_ACCOUNT, CLAIM_NETWORK, CLAIM_ALL)
RIGHTS: Triple = (RIGHTS_ACCOUNT, RIGHTS_NETWORK, RIGHTS_ALL)


async def take(limit: Limit, subject: str, cost: int = 1) -> int | None:
    """Take `cost` tokens from the bucket of `subject`; returns and raises what `take_all` does."""
    return await take_all([Use(limit, subject, cost)])


async def take_all(uses: Sequence[Use]) -> int | None:
    """Take the tokens of all `uses` in one round trip, or none of them.

    Returns how many are left in the last one's bucket, or None if Redis did not count. Call it before the action's
    transaction: a rollback must not return the tokens.
    Raises TooMany, with the seconds until the first bucket with too few has enough again.
    """
    if not uses or not settings().limits or rehearsals.is_rehearsal.get():
        return None
    answer = await token_buckets.take([use.withdrawal for use in uses])
    if answer is None:
        await _take_from_table([use for use in uses if use.limit.strict])
    if not isinstance(answer, Refusal) and (taken_before := taken.get()) is not None:
        taken_before += [use for use in uses if use.cost == 1]
    if answer is None:
        return None
    if isinstance(answer, Refusal):
        use, wait = uses[answer.bucket], -(-answer.milliseconds // 1_000)
        _report(use, 0, wait)
        raise _refusal(use, wait)
    counted = [pair for pair in zip(answer, uses, strict=True) if pair[1].subject != EVERYBODY]
    for left, use in sorted(counted, key=itemgetter(0))[:1]:
        _report(use, left)
    return answer[-1]


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


async def take_network(limit: Limit, of: str) -> int | None:
    """Take one token for a client's network, and one for its /48; returns and raises what `take` does."""
    return await take_all([*of_network(limit, of)])


def of_network(limit: Limit, of: str) -> Iterator[Use]:
    """Return one token for a network and, if that is a /64, one for its /48."""
    if (whole := site(of)) != of:
        yield Use(msgspec.structs.replace(limit, most=SITE_NETWORKS * limit.most), whole)
    yield Use(limit, of)


async def give_back(limit: Limit, subject: str) -> None:
    """Return a token, for a use that does not count."""
    if not settings().limits:
        return
    key = _key(limit, subject)
    if not await token_buckets.give_back(key, limit.most) and limit.strict:
        await token_buckets.give_back_to_table(key, limit.most)


async def give_back_all(uses: Sequence[Use]) -> None:
    """Return the tokens of a request that was refused."""
    for use in uses:
        await give_back(use.limit, use.subject)


def each(limits: Triple, account: int, address: str) -> list[Use]:
    """Return one token for the account, one for its network and one for everybody."""
    by_account, by_network, by_all = limits
    return [Use(by_account, str(account)), *of_network(by_network, network(address)), Use(by_all, EVERYBODY)]


async def take_each(limits: Triple, account: int, address: str) -> None:
    """Take one token for the account, one for its network and one for everybody; raises TooMany as `take` does."""
    await take_all(each(limits, account, address))


async def take_volume(account: int, size: int) -> None:
    """Take a token for each kilobyte of the `size` bytes that a member stores; raises TooMany as `take` does."""
    kilobytes = -(-size // 1_000)
    of_account = Use(VOLUME_ACCOUNT, str(account), min(kilobytes, VOLUME_ACCOUNT.most))
    await take_all([of_account, Use(VOLUME_ALL, EVERYBODY, min(kilobytes, VOLUME_ALL.most))])


def _key(limit: Limit, subject: str) -> str:
    return f"limit:{limit.name}:{subject}"
