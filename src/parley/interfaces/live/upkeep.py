"""Periodic work on open streams: scores, counts, heartbeats, and ending streams that may not continue."""

import secrets
from collections import defaultdict
from collections.abc import Iterable
from functools import partial
from time import monotonic, time

import structlog
from redis.exceptions import RedisError

from parley.interfaces.live import queries, render
from parley.interfaces.live.delivery import Channel
from parley.interfaces.live.limits import LiveSettings
from parley.interfaces.live.stream import Stream, by_language
from parley.letters.notifications.counts import unread_of_all
from parley.people.accounts.sessions import still_valid
from parley.platform.events.redis import asking

log = structlog.get_logger(__name__)

# Counts of a process that has not published for this long are ignored.
COUNT_EXPIRES_SECONDS = 15
# Threads per request to Redis. Two thousand at once would take longer than the time-out of one answer.
BATCH = 200


async def send_scores(channels: Iterable[Channel]) -> None:
    """Send one message per thread with all comments whose votes changed."""
    for channel in [channel for channel in channels if channel.scores_due]:
        channel.scores_due = False
        fresh = channel.take_unsent_scores(await queries.scored_after(channel.thread, channel.scored_from))
        if fresh:
            messages = by_language(channel.streams, partial(render.scores, fresh))
            for stream in channel.streams:
                stream.put(messages[stream.language])


async def send_unread(streams: Iterable[Stream]) -> None:
    """Count the unread notifications of all members in one query, and send the counts that changed."""
    by_member: dict[int, list[Stream]] = defaultdict(list)
    for stream in streams:
        if stream.member is not None:
            by_member[stream.member].append(stream)
    counts = await unread_of_all(by_member.keys()) if by_member else {}
    listed = [stream for open_streams in by_member.values() for stream in open_streams]
    messages = {count: by_language(listed, partial(render.unread, count)) for count in {0, *counts.values()}}
    for member, open_streams in by_member.items():
        count = counts.get(member, 0)
        for stream in open_streams:
            stream.send_unread(count, messages[count][stream.language])


class Presence:
    """Counts the readers of each thread, over all processes through Redis; while it is down, only in this process."""

    def __init__(self) -> None:
        self._process = secrets.token_hex(4)

    async def exchange(self, counts: dict[int, int]) -> dict[int, int]:
        """Publish the counts of this process, and return the sums over all processes that published recently."""
        threads, sums = list(counts), dict(counts)
        try:
            for start in range(0, len(threads), BATCH):
                sums |= await self._sums({thread: counts[thread] for thread in threads[start : start + BATCH]})
        except (RedisError, OSError, TimeoutError) as error:
            log.info("readers counted in this process only", error=repr(error))
        return sums

    async def _sums(self, counts: dict[int, int]) -> dict[int, int]:
        async with asking() as client:
            pipe = client.pipeline(transaction=False)
            for thread, count in counts.items():
                key = f"readers:{thread}"
                pipe.hset(key, self._process, f"{count}:{int(time())}")
                pipe.expire(key, 4 * COUNT_EXPIRES_SECONDS)
                pipe.hvals(key)
            answers = await pipe.execute()
        return {thread: _sum(answers[3 * index + 2]) for index, thread in enumerate(counts)}


def _sum(values: list[bytes]) -> int:
    entries = (value.decode().partition(":") for value in values)
    return sum(int(count) for count, _, at in entries if time() - int(at) < COUNT_EXPIRES_SECONDS)


async def send_readers(channels: dict[int, Channel], presence: Presence) -> None:
    """Send the number of readers of each thread, in all processes together."""
    counts = {thread: len(channel.streams) for thread, channel in channels.items()}
    for thread, readers in (await presence.exchange(counts)).items():
        channel = channels.get(thread)
        if channel is not None:
            messages = by_language(channel.streams, partial(render.readers, readers))
            for stream in channel.streams:
                stream.send_readers(readers, messages[stream.language])


async def end_invalid(streams: Iterable[Stream]) -> None:
    """End the streams of sessions that were signed out, or whose member was suspended."""
    by_session: dict[int, list[Stream]] = defaultdict(list)
    for stream in streams:
        if stream.session is not None:
            by_session[stream.session].append(stream)
    valid = await still_valid(list(by_session)) if by_session else set()
    for session in by_session.keys() - valid:
        for stream in by_session[session]:
            stream.end(render.BYE)


async def keep_alive(streams: Iterable[Stream], settings: LiveSettings) -> None:
    """Send heartbeats, abort streams whose connection is stuck, and end streams that reached their lifetime."""
    now = monotonic()
    for stream in streams:
        if stream.stuck_for(now) > settings.send_timeout:
            stream.abort()
        elif now - stream.opened_at > settings.lifetime + stream.jitter:
            stream.end(render.BYE)
        elif now - stream.sent_at > settings.heartbeat_interval:
            stream.put(render.HEARTBEAT)
