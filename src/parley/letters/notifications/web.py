"""Following and muting, and the settings for notifications."""

from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from parley.discussion.commenting.web import thread_at
from parley.discussion.threads.queries import topics
from parley.letters.notifications import ops, queries
from parley.letters.notifications.forms import ChannelsForm, FollowForm, TopicsForm
from parley.people.accounts.viewer import signed_in
from parley.platform.errors import NotFound, Refused
from parley.platform.http.access import MEMBER, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import fragment, local_path, page, wants_fragment
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_, join


@get("/settings/notices", name="notifications:former-settings", opt={"who": MEMBER})
async def former_settings() -> Redirect:
    return Redirect("/settings/notifications", status_code=301)


@get("/names", name="notifications:names", opt={"who": MEMBER})
async def names(request: AnyRequest, begin: FromQuery[str] = "", thread: FromQuery[str] = "") -> Response[Any]:
    """Return to htmx the names that complete a mention being typed, those of the thread first."""
    members = await queries.suggest_names(begin, as_id(thread)) if begin.isprintable() else []
    return fragment(request, "letters/notifications/_names.html", names=members)


@get("/settings/notifications", name="notifications:settings", opt={"who": MEMBER})
async def settings_page(request: AnyRequest) -> Response[Any]:
    followed = await queries.followed_threads(signed_in(request).id)
    return page(request, "letters/notifications/settings.html", followed=followed)


@post("/settings/notifications", opt={"who": MEMBER})
async def set_channels(request: AnyRequest) -> Response[Any]:
    form = ChannelsForm(await posted_fields(request))
    if form.errors:
        raise Refused(join(" ", [*form.errors.values(), N_("Nothing was changed.")]))
    await ops.set_channels(signed_in(request).id, form.channels)
    return Redirect("/settings/mail?saved", status_code=303)


@post("/settings/topics", name="notifications:topics", opt={"who": MEMBER})
async def set_topics(request: AnyRequest) -> Redirect:
    form = TopicsForm(await posted_fields(request), [topic.slug for topic in await topics()])
    if form.errors:
        raise Refused(N_("Please choose how often the topic appears in your digest. Nothing was changed."))
    await ops.set_topics(signed_in(request).id, form.levels)
    return Redirect("/settings/mail?saved", status_code=303)


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
        raise NotFound(N_("There is no such topic."))
    await ops.follow_topic(signed_in(request).id, topic, level, on=form.on, until=form.until)
    return _back(form, f"/?topic={quote(topic)}")


def _back(form: Form, address: str) -> Redirect:
    back = local_path(form.values.get("next"))
    return Redirect(back if back != "/" else address, status_code=303)


handlers: list[object] = [
    former_settings,
    names,
    settings_page,
    set_channels,
    set_topics,
    follow,
    mute,
    follow_topic,
    mute_topic,
]
