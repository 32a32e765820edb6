"""A comment in the reader's language, on demand."""

from typing import Any

from litestar import Response, post
from litestar.params import FromPath
from markupsafe import Markup

from parley.discussion.commenting.web import comment_at, thread_at
from parley.discussion.comments import translations
from parley.discussion.comments.queries import CommentRow
from parley.people.accounts.viewer import viewer_of
from parley.platform.errors import NotFound, RetryLater
from parley.platform.http.access import ANYONE, AnyRequest, address_of
from parley.platform.http.environment import foreign
from parley.platform.http.fair_share import pause
from parley.platform.http.members_first import aside
from parley.platform.http.pages import fragment, page, wants_fragment
from parley.platform.limit import EVERYBODY, Use
from parley.platform.networks import source
from parley.platform.ratelimit import TRANSLATE_ACCOUNT, TRANSLATE_ALL, TRANSLATE_VISITORS, of_source, take_all
from parley.platform.text.detection import NAMES
from parley.platform.text.languages import spoken
from parley.platform.text.messages import N_


@post("/c/{comment:str}/translate", name="comments:translate", opt={"who": ANYONE}, status_code=200)
async def translate(request: AnyRequest, comment: FromPath[str]) -> Response[Any]:
    row = await comment_at(comment, viewer_of(request))
    can_be = row.state == "visible" and row.collapsed is None and not row.is_beginning
    code = foreign(row.raw_html) if can_be else None
    if code is None:
        raise NotFound(N_("This comment cannot be translated."))
    status = 200
    known: dict[str, Any] = {"comment": row, "source": code, "source_name": NAMES[code], "html": "", "mistake": None}
    try:
        known["html"] = Markup(await _html(request, row, code))  # noqa: S704 translator.py made it safe
    except RetryLater as error:
        # With the words that it is about, since it takes their place.
        status, known["mistake"] = error.status, error.message
    if wants_fragment(request):
        return fragment(request, "discussion/comments/_translation.html", status, **known)
    return page(
        request, "discussion/comments/translation.html", status=status, thread=await thread_at(str(row.thread)), **known
    )


async def _html(request: AnyRequest, row: CommentRow, code: str) -> str:
    language = spoken().code
    html = await translations.kept(row.id, language)
    if html is None:
        await take_all(_uses(request))
        async with pause():
            with aside():
                html = await translations.make(row, code, language)
    return html


def _uses(request: AnyRequest) -> list[Use]:
    """What a translation takes: of the account or, for visitors, of the host and its network; and of everybody."""
    viewer = viewer_of(request)
    visitors = of_source(TRANSLATE_VISITORS, source(address_of(request)))
    own = visitors if viewer is None else [Use(TRANSLATE_ACCOUNT, str(viewer.id))]
    return [*own, Use(TRANSLATE_ALL, EVERYBODY)]


handlers: list[object] = [translate]
