"""What a member muted, in their settings; and the pages on which they mute what a comment or a thread is about."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.discussion.commenting.web import comment_at, thread_at
from parley.discussion.threads.queries import ThreadRow
from parley.letters.notifications import queries
from parley.people.account_settings.sections import Section
from parley.people.accounts import blocks, muted_words
from parley.people.accounts.viewer import signed_in
from parley.platform.http.access import MEMBER, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page
from parley.platform.http.return_paths import local_path
from parley.platform.text.messages import N_


async def _muted(request: AnyRequest) -> dict[str, Any]:
    viewer = signed_in(request)
    followed = await queries.followed_threads(viewer.id)
    return {
        "words": await muted_words.list_words(viewer),
        "muted": [row for row in followed if row.level == "mute"],
        "members": await blocks.list_blocked(viewer),
        "form": Form({}),
    }


MUTED = Section("mail", "muted", N_("Muted and blocked"), "letters/notifications/_muted.html", _muted)


@post("/settings/muted", name="mutes:word", opt={"who": MEMBER})
async def mute_word(request: AnyRequest) -> Response[Any]:
    """Mute a word for a period, or with `on=0` no longer."""
    viewer, form = signed_in(request), Form(await posted_fields(request))
    word, until = form.values.get("word", ""), muted_words.end_of(form)
    if not form.errors:
        with form.refusals():
            await (muted_words.mute(viewer, word, until) if form.flag("on") else muted_words.unmute(viewer, word))
    if form.errors:
        return await MUTED.invalid(request, form)
    back = local_path(form.values.get("next"))
    return Redirect(back if back != "/" else MUTED.path, status_code=303)


@get("/t/{thread:str}/mute", name="mutes:thread", opt={"who": MEMBER})
async def of_thread(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    row = await thread_at(thread)
    return await _show(request, row, back=row.address)


@get("/c/{comment:str}/mute", name="mutes:comment", opt={"who": MEMBER})
async def of_comment(request: AnyRequest, comment: FromPath[str]) -> Response[Any]:
    viewer = signed_in(request)
    row = await comment_at(comment, viewer)
    author = row.author if row.has_profile and row.author_id not in (None, viewer.id) else None
    return await _show(request, await thread_at(str(row.thread)), back=f"/c/{row.id}", author=author)


async def _show(request: AnyRequest, thread: ThreadRow, *, back: str, author: str | None = None) -> Response[Any]:
    viewer = signed_in(request)
    return page(
        request,
        "letters/notifications/mute.html",
        thread=thread,
        author=author,
        back=back,
        following=await queries.following(viewer.id, thread.id),
        level=await queries.topic_level(viewer.id, thread.topic_slug),
    )


handlers: list[object] = [mute_word, of_thread, of_comment]
