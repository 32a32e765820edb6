"""How often one may do something: token buckets in Redis, and in PostgreSQL for what must not go unchecked.

A bucket holds `most` tokens and is full again after `seconds`. Every use takes one token.
"""

import ipaddress
from functools import cache
from time import monotonic

import msgspec
import structlog
from redis.commands.core import AsyncScript
from redis.exceptions import RedisError

from parley.core import db
from parley.core.cache import by_text
from parley.core.errors import TooMany
from parley.core.events.redis import asking, redis
from parley.core.settings import settings

log = structlog.get_logger(__name__)

MINUTE, HOUR, DAY = 60, 3_600, 86_400

# After a failure Redis is left alone for a while: a hanging one costs one time-out, not one a request.
REST_SECONDS = 5.0

EVERYBODY = "all"

# Whoever has IPv6 may have a /48, which is 65,536 of the networks that clients are counted by. All of one /48 together
# may do what so many of these may, or a single person could use up what everybody has (`sign-up:all`).
SMALLEST_IPV6 = "/64"
SITE_NETWORKS = 8


class Limit(msgspec.Struct, frozen=True):
    """A named limit. While Redis is away, a `strict` one is counted in PostgreSQL; others let pass."""

    name: str
    most: int
    seconds: int
    strict: bool = False


def _limit(name: str, most: int, seconds: int, *, strict: bool = False) -> Limit:
    limit = Limit(name, most, seconds, strict)
    LIMITS[name] = limit
    return limit


LIMITS: dict[str, Limit] = {}

# Wrong passwords: on a device that signed in before, and elsewhere for one name from one network, for one name from
# everywhere, and for all names from one network. Above these a browser answers a challenge (accounts/proofs.py).
SIGN_IN_DEVICE = _limit("sign-in:device", 10, 15 * MINUTE, strict=True)
SIGN_IN_HERE = _limit("sign-in:account+network", 10, 15 * MINUTE, strict=True)
SIGN_IN_ACCOUNT = _limit("sign-in:account", 50, HOUR, strict=True)
SIGN_IN_NETWORK = _limit("sign-in:network", 100, 15 * MINUTE, strict=True)
SIGN_IN_ALL = _limit("sign-in:all", 3_000, 5 * MINUTE, strict=True)

# Wrong passwords with an answered challenge. Above these a mailed link is the way in.
PROVEN_ACCOUNT = _limit("sign-in:account, proven", 100, HOUR, strict=True)
PROVEN_NETWORK = _limit("sign-in:network, proven", 200, HOUR, strict=True)
PROOF_USED = _limit("sign-in:proof", 1, HOUR, strict=True)

# Mailed links that sign in. An address gets no more than its allowance, and the answer does not tell.
LINK_ADDRESS = _limit("link:address", 3, HOUR, strict=True)
LINK_NETWORK = _limit("link:network", 200, HOUR, strict=True)
LINK_ALL = _limit("link:all", 2_000, HOUR, strict=True)

# By address and network first, so that whoever signs up with somebody else's address does not keep them out.
SIGN_UP_HERE = _limit("sign-up:address+network", 5, DAY, strict=True)
SIGN_UP_ADDRESS = _limit("sign-up:address", 20, DAY, strict=True)
SIGN_UP_NETWORK = _limit("sign-up:network", 30, HOUR, strict=True)
SIGN_UP_ALL = _limit("sign-up:all", 1_000, HOUR, strict=True)

FORGOT_ADDRESS = _limit("forgot:address", 5, HOUR, strict=True)
FORGOT_NETWORK = _limit("forgot:network", 30, HOUR, strict=True)
FORGOT_ALL = _limit("forgot:all", 1_000, HOUR, strict=True)

# The current password asked again, by an account that is signed in.
CONFIRM_ACCOUNT = _limit("confirm:account", 10, 15 * MINUTE, strict=True)

# Another link to confirm an address. Several accounts may name the same one, which may be somebody else's.
MAIL_ACCOUNT = _limit("mail:account", 5, HOUR, strict=True)
MAIL_ADDRESS = _limit("mail:address", 5, HOUR, strict=True)

# A signed notification of a relay counts once; it is refused when it is a day old.
WEBHOOK_TOKEN = _limit("webhook:token", 1, 2 * DAY, strict=True)

POST_ACCOUNT = _limit("post:account", 40, 10 * MINUTE, strict=True)
POST_NETWORK = _limit("post:network", 600, 10 * MINUTE, strict=True)
POST_ALL = _limit("post:all", 6_000, 10 * MINUTE, strict=True)

VOTE_ACCOUNT = _limit("vote:account", 200, 10 * MINUTE)
VOTE_NETWORK = _limit("vote:network", 2_000, 10 * MINUTE)
VOTE_ALL = _limit("vote:all", 60_000, 10 * MINUTE)

PREVIEW_ACCOUNT = _limit("preview:account", 120, 10 * MINUTE)
PREVIEW_NETWORK = _limit("preview:network", 600, 10 * MINUTE)
PREVIEW_ALL = _limit("preview:all", 20_000, 10 * MINUTE)

IMPORT_ACCOUNT = _limit("import:account", 20, HOUR, strict=True)
IMPORT_NETWORK = _limit("import:network", 60, HOUR, strict=True)
IMPORT_ALL = _limit("import:all", 600, HOUR, strict=True)

REPORT_ACCOUNT = _limit("report:account", 30, HOUR)
REPORT_NETWORK = _limit("report:network", 100, HOUR)
REPORT_ALL = _limit("report:all", 3_000, HOUR)

Triple = tuple[Limit, Limit, Limit]
POST: Triple = (POST_ACCOUNT, POST_NETWORK, POST_ALL)
VOTE: Triple = (VOTE_ACCOUNT, VOTE_NETWORK, VOTE_ALL)
PREVIEW: Triple = (PREVIEW_ACCOUNT, PREVIEW_NETWORK, PREVIEW_ALL)
IMPORT: Triple = (IMPORT_ACCOUNT, IMPORT_NETWORK, IMPORT_ALL)
REPORT: Triple = (REPORT_ACCOUNT, REPORT_NETWORK, REPORT_ALL)

# Redis's own clock counts, so that machines agree. Returns the milliseconds to wait, or 0.
TAKE = """
local most, filled_in = tonumber(ARGV[1]), tonumber(ARGV[2]) * 1000
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = most
if kept[1] then
  tokens = math.min(most, kept[1] + math.max(0, now - kept[2]) * most / filled_in)
end
if tokens < 1 then
  return math.ceil((1 - tokens) * filled_in / most)
end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens - 1), 'at', now)
redis.call('PEXPIRE', KEYS[1], filled_in)
return 0
"""

GIVE_BACK = """
local tokens = redis.call('HGET', KEYS[1], 'tokens')
if tokens then
  redis.call('HSET', KEYS[1], 'tokens', tostring(math.min(tonumber(ARGV[1]), tokens + 1)))
end
return 0
"""
GIVE_BACK_ROW = "update rate_bucket set tokens = least($2::float8, tokens + 1) where key = $1"

# A row comes back when a token was there.
TAKE_ROW = """
insert into rate_bucket as bucket (key, tokens, filled_at) values ($1, $2::float8 - 1, clock_timestamp())
on conflict (key) do update set
  tokens = least($2, bucket.tokens + extract(epoch from clock_timestamp() - bucket.filled_at) * $2 / $3) - 1,
  filled_at = clock_timestamp()
where least($2, bucket.tokens + extract(epoch from clock_timestamp() - bucket.filled_at) * $2 / $3) >= 1
returning true
"""

_rests_until = 0.0


async def take(limit: Limit, subject: str) -> None:
    """Take one token from `subject`'s bucket: an account, a network or EVERYBODY.

    Call it before the transaction of the deed, or a refused deed would give its token back.
    Raises TooMany, with the seconds until the next token, when the bucket is empty.
    """
    if not settings().limits:
        return
    wait = await _take_from_redis(limit, subject)
    if wait is None and limit.strict:
        wait = await _take_from_table(limit, subject)
    if wait:
        log.warning("limit reached", limit=limit.name, wait=wait)
        raise TooMany(f"You did that too often in a short time. Please try again in {_in_words(wait)}.", wait)


async def take_network(limit: Limit, of: str) -> None:
    """Take one token from the bucket of a client's network and, where that is a /64, one from the /48 around it.

    Raises TooMany as `take` does.
    """
    if of.endswith(SMALLEST_IPV6):
        site = ipaddress.ip_network(of).supernet(new_prefix=48)
        await take(Limit(limit.name, SITE_NETWORKS * limit.most, limit.seconds, limit.strict), str(site))
    await take(limit, of)


async def give_back(limit: Limit, subject: str) -> None:
    """Return a token that was taken for something that does not count after all."""
    if not settings().limits:
        return
    if await _run(_script(GIVE_BACK), limit, subject) is None and limit.strict:
        await db.execute(GIVE_BACK_ROW, _key(limit, subject), limit.most)


async def take_each(limits: Triple, account: int, address: str) -> None:
    """Take one token for the account, one for its network and one for everybody; raises TooMany as `take` does."""
    by_account, by_network, by_all = limits
    await take(by_account, str(account))
    await take_network(by_network, network(address))
    await take(by_all, EVERYBODY)


@by_text("networks", most_bytes=4 * 2**20)
def network(address: str) -> str:
    """The network that stands for a client: its /24, or /64 for IPv6; `address` itself when it is none."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return str(ipaddress.ip_network((ip, 24 if ip.version == 4 else 64), strict=False))  # noqa: PLR2004


@cache
def _script(text: str) -> AsyncScript:
    return AsyncScript(redis(), text)


async def _take_from_redis(limit: Limit, subject: str) -> int | None:
    """Seconds to wait, 0 when a token was taken, None when Redis does not answer."""
    wait = await _run(_script(TAKE), limit, subject)
    return None if wait is None else -(-wait // 1000)


async def _run(script: AsyncScript, limit: Limit, subject: str) -> int | None:
    """What a script on a bucket returns, None when Redis does not answer."""
    global _rests_until  # noqa: PLW0603 one state of one Redis
    if monotonic() < _rests_until:
        return None
    try:
        async with asking(redis()) as client:
            return int(await script([_key(limit, subject)], [limit.most, limit.seconds], client=client))
    except (RedisError, OSError, TimeoutError) as error:
        _rests_until = monotonic() + REST_SECONDS
        log.warning("limits without Redis", error=repr(error))
        return None


async def _take_from_table(limit: Limit, subject: str) -> int:
    taken = await db.value(TAKE_ROW, _key(limit, subject), limit.most, limit.seconds)
    return 0 if taken else max(1, limit.seconds // limit.most)


def _key(limit: Limit, subject: str) -> str:
    return f"limit:{limit.name}:{subject}"


def _in_words(seconds: int) -> str:
    if seconds < MINUTE:
        return f"{seconds} seconds" if seconds > 1 else "a second"
    minutes = -(-seconds // MINUTE)
    if seconds < HOUR:
        return f"{minutes} minutes" if minutes > 1 else "a minute"
    hours = -(-seconds // HOUR)
    return f"{hours} hours" if hours > 1 else "an hour"
