"""Following and muting, and the settings for notifications."""

from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from parley.discussion.commenting.web import thread_at
from parley.discussion.threads.queries import topics
from parley.letters.notifications import ops, queries
from parley.letters.notifications.forms import ChannelsForm, FollowForm, QuietForm, TopicsForm
from parley.letters.notifications.rules import KINDS
from parley.people.account_settings.sections import Section
from parley.people.accounts.viewer import signed_in
from parley.platform.errors import NotFound, Refused
from parley.platform.http.access import MEMBER, AnyRequest, refuse_unverified
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import fragment, wants_fragment
from parley.platform.http.return_paths import local_path
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_, join


@get("/names", name="notifications:names", opt={"who": MEMBER})
async def names(request: AnyRequest, begin: FromQuery[str] = "", thread: FromQuery[str] = "") -> Response[Any]:
    """Return to htmx the names that complete a mention being typed, those of the thread first."""
    members = await queries.suggest_names(begin, as_id(thread)) if begin.isprintable() else []
    return fragment(request, "letters/notifications/_names.html", names=members)


async def _channels(request: AnyRequest) -> dict[str, Any]:
    return {"kinds": KINDS, "form": Form(await queries.preferences_of(signed_in(request).id))}


async def _quiet_hours(request: AnyRequest) -> dict[str, Any] | None:
    viewer = signed_in(request)
    hours = await queries.quiet_hours(viewer.id)
    saved = {"quiet": "1", "starts": str(hours.starts), "ends": str(hours.ends)} if hours else {}
    return {"form": Form(saved)} if viewer.verified else None


async def _topics(request: AnyRequest) -> dict[str, Any] | None:
    viewer = signed_in(request)
    levels = await queries.topic_levels(viewer.id)
    return {"topics": await topics(), "form": Form(levels)} if viewer.verified else None


async def _following(request: AnyRequest) -> dict[str, Any]:
    rows = await queries.followed_threads(signed_in(request).id)
    return {"followed": [row for row in rows if row.level != "mute"]}


CHANNELS = Section(
    "mail",
    "channels",
    N_("How each kind of notification reaches you"),
    "letters/notifications/_channels.html",
    _channels,
)
QUIET_HOURS = Section("mail", "quiet", N_("Quiet hours"), "letters/notifications/_quiet_hours.html", _quiet_hours)
TOPICS = Section("mail", "topics", N_("Topics in the digest"), "letters/notifications/_topics.html", _topics)
FOLLOWING = Section("mail", "following", N_("What you follow"), "letters/notifications/_following.html", _following)


@post("/settings/notifications", name="notifications:channels", opt={"who": MEMBER})
async def set_channels(request: AnyRequest) -> Response[Any]:
    form = ChannelsForm(await posted_fields(request))
    if form.errors:
        form.errors["form"] = join(" ", [*form.errors.values(), N_("Nothing was changed.")])
        return await CHANNELS.invalid(request, form)
    await ops.set_channels(signed_in(request).id, form.channels)
    return CHANNELS.saved()


@post("/settings/topics", name="notifications:topics", opt={"who": MEMBER})
async def set_topics(request: AnyRequest) -> Response[Any]:
    form = TopicsForm(await posted_fields(request), [topic.slug for topic in await topics()])
    if form.errors:
        form.errors["form"] = N_("Please choose how often the topic appears in your digest. Nothing was changed.")
        return await TOPICS.invalid(request, form)
    await ops.set_topics(signed_in(request).id, form.levels)
    return TOPICS.saved()


@post("/settings/mail/quiet", name="notifications:quiet", opt={"who": MEMBER})
async def set_quiet_hours(request: AnyRequest) -> Response[Any]:
    viewer, form = signed_in(request), QuietForm(await posted_fields(request))
    if not viewer.verified:
        refuse_unverified(viewer)
    if form.errors:
        return await QUIET_HOURS.invalid(request, form)
    await ops.set_quiet_hours(viewer.id, form.hours)
    return QUIET_HOURS.saved()


@post("/t/{thread:str}/follow", name="notifications:follow", opt={"who": MEMBER})
async def follow(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    return await _put_thread(request, thread, "follow")


@post("/t/{thread:str}/mute", name="notifications:mute", opt={"who": MEMBER})
async def mute(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    return await _put_thread(request, thread, "mute")


@post("/topic/{topic:str}/follow", name="notifications:follow-topic", opt={"who": MEMBER})
async def follow_topic(request: AnyRequest, topic: FromPath[str]) -> Response[Any]:
    return await _put_topic(request, topic, "follow")


@post("/topic/{topic:str}/mute", name="notifications:mute-topic", opt={"who": MEMBER})
async def mute_topic(request: AnyRequest, topic: FromPath[str]) -> Response[Any]:
    return await _put_topic(request, topic, "mute")


async def _put_thread(request: AnyRequest, thread: str, level: str) -> Response[Any]:
    viewer, row = signed_in(request), await thread_at(thread)
    form = FollowForm(await posted_fields(request))
    if form.errors:
        raise Refused(join(" ", [N_("Nothing was changed."), *form.errors.values()]))
    if form.on:
        await ops.follow_thread(viewer.id, row.id, level, form.channel, form.until)
    else:
        await ops.unfollow_thread(viewer.id, row.id, level)
    if wants_fragment(request):
        following = await queries.following(viewer.id, row.id)
        return fragment(request, "letters/notifications/_follow.html", thread=row, following=following)
    return _back(form, row.address)


async def _put_topic(request: AnyRequest, topic: str, level: str) -> Response[Any]:
    form = FollowForm(await posted_fields(request))
    if not topic.isprintable():
        raise NotFound
    await ops.follow_topic(signed_in(request).id, topic, level, on=form.on, until=form.until)
    return _back(form, f"/?topic={quote(topic)}")


def _back(form: Form, address: str) -> Redirect:
    back = local_path(form.values.get("next"))
    return Redirect(back if back != "/" else address, status_code=303)


handlers: list[object] = [
    names,
    set_channels,
    set_topics,
    set_quiet_hours,
    follow,
    mute,
    follow_topic,
    mute_topic,
]
