"""Periodic work on open streams: scores, counters, heartbeats, and ending streams that may not go on."""

from collections import defaultdict
from collections.abc import Iterable
from time import monotonic

from parley.interfaces.live import queries, render
from parley.interfaces.live.channel import Channel, HubSettings
from parley.interfaces.live.presence import Presence
from parley.interfaces.live.stream import Stream
from parley.letters.notifications.queries import unread_of_all
from parley.people.accounts.sessions import still_valid


async def send_scores(channels: Iterable[Channel]) -> None:
    """Send one message per thread with all comments whose votes changed."""
    for channel in [channel for channel in channels if channel.scores_due]:
        channel.scores_due = False
        fresh = channel.take_unsent_scores(await queries.scored_after(channel.thread, channel.scored_from))
        if fresh:
            message = render.scores(fresh)
            for stream in channel.streams:
                stream.put(message)


async def send_unread(streams: Iterable[Stream]) -> None:
    """Count the unread notifications of all members in one query, and send the counts that changed."""
    by_member: dict[int, list[Stream]] = defaultdict(list)
    for stream in streams:
        if stream.member is not None:
            by_member[stream.member].append(stream)
    counts = await unread_of_all(by_member.keys()) if by_member else {}
    messages = {count: render.unread(count) for count in {0, *counts.values()}}
    for member, open_streams in by_member.items():
        count = counts.get(member, 0)
        for stream in open_streams:
            stream.send_unread(count, messages[count])


async def send_readers(channels: dict[int, Channel], presence: Presence) -> None:
    """Send the number of readers of each thread, in all processes together."""
    counts = {thread: len(channel.streams) for thread, channel in channels.items()}
    for thread, readers in (await presence.exchange(counts)).items():
        channel = channels.get(thread)
        if channel is not None:
            message = render.readers(readers)
            for stream in channel.streams:
                stream.send_readers(readers, message)


async def end_invalid(streams: Iterable[Stream]) -> None:
    """End the streams of sessions that were signed out or whose member was suspended."""
    by_session: dict[int, list[Stream]] = defaultdict(list)
    for stream in streams:
        if stream.session is not None:
            by_session[stream.session].append(stream)
    valid = await still_valid(list(by_session)) if by_session else set()
    for session in by_session.keys() - valid:
        for stream in by_session[session]:
            stream.end(render.bye())


async def keep_alive(streams: Iterable[Stream], settings: HubSettings) -> None:
    """Send heartbeats, abort streams whose connection is stuck, and end streams that reached their lifetime."""
    now = monotonic()
    for stream in streams:
        if stream.stuck_for(now) > settings.send_timeout:
            stream.abort()
        elif now - stream.opened_at > settings.lifetime + stream.jitter:
            stream.end(render.bye())
        elif now - stream.sent_at > settings.heartbeat_interval:
            stream.put(render.HEARTBEAT)
