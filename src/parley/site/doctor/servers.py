"""Checks of PostgreSQL and Redis: whether they can be reached and are set up as Parley needs."""

import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
from redis.asyncio import Redis
from redis.exceptions import RedisError

from parley.platform.db import SERVER_SETTINGS
from parley.platform.db.migrated import known_migrations
from parley.platform.events.redis import client_of
from parley.platform.settings import Settings
from parley.site.doctor.checks import SECONDS, Check, Level, judge

SELECT_POSITION = "select pg_current_wal_lsn()::text"
SELECT_REPLICA = """
    select pg_is_in_recovery() and exists (select from pg_stat_wal_receiver) as streams,
           coalesce(pg_wal_lsn_diff($1::text::pg_lsn, pg_last_wal_replay_lsn()), 0)::bigint as behind
"""
# Bytes of the log. Later than a second it is not read from anyway; by so much, it does not catch up.
FAR_BEHIND = 16 * 1_024 * 1_024
OLDEST_POSTGRES = 15
OLDEST_REDIS = 7
SLOW_MILLISECONDS = 20
FAR_OFF = timedelta(seconds=5)
SELECT_FACTS = """
    select current_setting('server_version_num')::int / 10000 as major,
           current_setting('server_version') as version,
           current_setting('fsync') = 'on' and current_setting('synchronous_commit') <> 'off' as is_durable,
           current_setting('statement_timeout') <> '0' as has_timeouts,
           current_setting('server_encoding') as encoding,
           current_setting('max_connections')::int as connections,
           rolname as login,
           rolsuper as is_superuser,
           has_schema_privilege(current_schema(), 'create') as may_create,
           pg_is_in_recovery() as is_standby,
           to_regclass('migration') is not null as has_migrations,
           exists (select from pg_roles r where r.rolname = 'parley_app' and pg_has_role(current_user, r.oid, 'member')
             and has_table_privilege(r.oid, to_regclass('mod_action'), 'insert')) as has_application_role,
           clock_timestamp() as now
    from pg_roles where rolname = current_user
"""


# Who can sign up.
WHO = {
    "open": "Anybody can sign up.",
    "invited": "Only people whom a member invited can sign up.",
    "approved": "Anybody can sign up, and moderators let them in at /mod/signups.",
    "closed": "Nobody can sign up. `parley member add` adds members.",
}
UNREACHABLE = (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(url, timeout=SECONDS, server_settings=SERVER_SETTINGS)
    try:
        yield connection
    finally:
        await connection.close()


async def database(settings: Settings) -> list[Check]:
    done, sign_up = [], []
    try:
        async with connected(settings.database_url) as connection:
            facts = await connection.fetchrow(SELECT_FACTS)
            if facts["has_migrations"]:
                done = await connection.fetchval("select array_agg(name) from migration where app_name = 'parley'")
            if done:
                mode = await connection.fetchval("select sign_up from community")
                sign_up = [Check(Level.OK, "sign-up", WHO[mode])]
    except UNREACHABLE as error:
        reason = str(error).rstrip(".") or "it did not answer in time"
        return [Check(Level.FAIL, "database", f"DATABASE_URL cannot be reached: {reason}.")]
    return [*_server(facts), *_role(facts), _check_migrations(set(done or ())), _clock(facts["now"]), *sign_up]


async def replica(settings: Settings) -> list[Check]:
    if settings.replica_url is None:
        return []
    try:
        async with connected(settings.database_url) as primary:
            position = await primary.fetchval(SELECT_POSITION)
    except UNREACHABLE:
        # The check of the database says why.
        return []
    try:
        async with connected(settings.replica_url) as connection:
            found = await connection.fetchrow(SELECT_REPLICA, position)
    except UNREACHABLE as error:
        no = f"DATABASE_REPLICA_URL cannot be reached: {str(error).rstrip('.')}. Everything is read from the primary."
        return [Check(Level.WARN, "replica", no)]
    no = "It is not a replica, or receives nothing from the primary. Everything is read from the primary."
    if found["streams"] and found["behind"] > FAR_BEHIND:
        text = f"It is {found['behind'] / 1e6:,.0f} MB of the log behind. Everything is read from the primary."
        return [Check(Level.WARN, "replica", text)]
    yes = "It streams from the primary."
    return [judge("replica", good=found["streams"], yes=yes, no=no, otherwise=Level.WARN)]


async def redis(settings: Settings) -> list[Check]:
    try:
        async with client_of(settings.redis_url, seconds=SECONDS) as client:
            delay = await _latency(client)
            facts = await client.info()
    except (RedisError, OSError, ValueError) as error:
        reason = str(error).rstrip(".")
        text = f"REDIS_URL cannot be reached: {reason}. Until it can, nothing is live and no job runs."
        return [Check(Level.FAIL, "redis", text)]
    version = str(facts.get("valkey_version") or facts["redis_version"])
    evicts_all = str(facts.get("maxmemory_policy", "")).startswith("allkeys")
    return [
        judge(
            "redis",
            good=int(version.partition(".")[0]) >= OLDEST_REDIS,
            yes=f"Version {version} answers in {delay:.1f} ms.",
            no=f"Version {version} is too old: {OLDEST_REDIS} or later is needed.",
        ),
        judge(
            "redis",
            good=delay < SLOW_MILLISECONDS,
            yes="It is fast enough.",
            no=f"It takes {delay:.0f} ms to answer, which delays every live update. Move it closer.",
            otherwise=Level.WARN,
        ),
        judge(
            "redis",
            good=not evicts_all,
            yes="It keeps waiting jobs when memory runs short.",
            no="It may drop waiting jobs when memory runs short. Set maxmemory-policy to volatile-lru.",
            otherwise=Level.WARN,
        ),
    ]


def _server(facts: Any) -> list[Check]:
    return [
        judge(
            "database",
            good=facts["major"] >= OLDEST_POSTGRES,
            yes=f"PostgreSQL {facts['version']} answers.",
            no=f"PostgreSQL {facts['version']} is too old: {OLDEST_POSTGRES} or later is needed.",
        ),
        judge(
            "database",
            good=facts["encoding"] == "UTF8",
            yes="It stores UTF-8.",
            no=f"It stores {facts['encoding']}. Create the database anew with ENCODING 'UTF8'.",
        ),
        judge(
            "database",
            good=facts["is_durable"],
            yes="Committed data survives a power cut.",
            no="A power cut loses posts. Set fsync and synchronous_commit to on.",
        ),
        judge(
            "database",
            good=facts["has_timeouts"],
            yes="Time limits of statements are in force.",
            no="Time limits of statements are not in force. A pooler between must set them (deploy/pgbouncer.ini).",
            otherwise=Level.WARN,
        ),
        judge(
            "database",
            good=not facts["is_standby"],
            yes="It accepts writes.",
            no="It is a read-only standby. Let DATABASE_URL name the primary.",
        ),
    ]


def _role(facts: Any) -> list[Check]:
    return [
        judge(
            "database",
            good=facts["may_create"],
            yes="Our role may create tables.",
            no="Our role may not create tables. Make it the owner of the database.",
        ),
        judge(
            "database",
            good=not facts["is_superuser"],
            yes="Our role is not a superuser.",
            no="Our role is a superuser, which Parley does not need. Use a role that only owns the database.",
            otherwise=Level.WARN,
        ),
        judge(
            "database",
            good=facts["has_application_role"],
            yes="The application cannot change the moderation log: it uses the role parley_app.",
            no="Only a trigger protects the moderation log from changes. As a superuser, run "
            f"`create role parley_app; grant parley_app to {facts['login']}`, then `parley migrate`.",
            otherwise=Level.WARN,
        ),
    ]


def _check_migrations(done: set[str]) -> Check:
    missing = len(known_migrations() - done)
    no = f"{missing} migration{'s are' if missing > 1 else ' is'} missing. Run `parley migrate`."
    return judge("database", good=not missing, yes="It is migrated.", no=no)


def _clock(theirs: datetime) -> Check:
    difference = abs(theirs - datetime.now(UTC))
    no = f"It differs from PostgreSQL's by {difference.total_seconds():.0f} s. Set both by NTP."
    return judge("clock", good=difference < FAR_OFF, yes="It agrees with PostgreSQL's.", no=no, otherwise=Level.WARN)


async def _latency(client: Redis) -> float:
    """Return the median time of five pings in milliseconds."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        await client.ping()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)
