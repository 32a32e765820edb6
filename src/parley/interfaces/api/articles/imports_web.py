"""Adding articles: the worker reads one, then its member publishes it, or suggests it as an update."""

from typing import Annotated, Literal

import msgspec
from litestar import Response, Router, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody
from msgspec import Meta

from parley.articles.imports import ops as imports
from parley.articles.imports.forms import NewForm, PublishForm
from parley.articles.imports.ops import Import, decode, with_facts
from parley.articles.imports.web import existing, own_import
from parley.discussion.suggestions import ops
from parley.discussion.threads import opening
from parley.discussion.threads.revision_web import BODY_LIMIT
from parley.interfaces.api import fields
from parley.interfaces.api.answers import answer_member, answer_write, problems
from parley.interfaces.api.articles.updates_web import Update
from parley.interfaces.api.bodies import Body, as_fields, check
from parley.interfaces.api.scopes import ARTICLE
from parley.people.accounts.viewer import signed_in
from parley.platform.errors import Refused
from parley.platform.http.access import VERIFIED, AnyRequest, address_of
from parley.platform.http.forms import make_form
from parley.platform.ratelimit import IMPORT, POST, take_each, take_volume
from parley.platform.settings import settings
from parley.platform.text.messages import N_, as_text, deserialize

NOT_READ = N_("This import is {state}, so nothing was done. Only one that is ready can be published or suggested.")
KNOWN = N_("This article has a discussion already: {url}. You can suggest your import as an update.")


class NewImport(Body, frozen=True):
    """An article to add: the address of its page (`url`), or its `text` as Markdown, with its address if it has one."""

    source: Annotated[Literal["url", "text"], Meta(description="Where it comes from.")]
    url: fields.Url = ""
    text: fields.Text = ""
    title: fields.Title = ""
    topic: fields.TopicSlug = ""
    thesis: fields.Thesis = ""


class Publication(Body, frozen=True):
    """Facts about an article that are published with it. Null keeps what was found; an empty text removes it."""

    title: fields.TitleOrNone = None
    topic: Annotated[str | None, Meta(description="The slug of a topic.")] = None
    byline: fields.BylineOrNone = None
    lang: fields.Language = None
    section: Annotated[str | None, Meta(description="The part of the publication in which the article stood.")] = None
    licence: fields.Licence = None
    bio: Annotated[str | None, Meta(description="What the article's author says about themselves.")] = None
    published: Annotated[str | None, Meta(description="When it was published: a day (`2026-03-16`) or a time.")] = None
    updated: Annotated[str | None, Meta(description="When it was last changed: a day or a time.")] = None
    thesis: fields.ThesisOrNone = None


class ArticleImport(msgspec.Struct, frozen=True):
    """An article that is being added."""

    id: fields.Id
    url: fields.Url
    state: Annotated[str, Meta(description="`waiting`, `fetching`, `reading`, `ready`, `failed` or `published`.")]
    message: Annotated[str, Meta(description="Why it failed, as a sentence to show to people.")]
    title: fields.Title
    topic: fields.TopicSlug
    byline: fields.BylineOrNone
    lang: fields.Language
    published_at: fields.PublishedAt
    words: fields.Words
    passages: Annotated[list[str], Meta(description="The passages of the article, in order.")]
    thread: Annotated[int | None, Meta(description="The id of the thread that it became; null: not published.")]
    existing: Annotated[int | None, Meta(description="The id of the thread that the article has already, or null.")]


class Published(msgspec.Struct, frozen=True):
    id: fields.Id
    url: fields.Url


PUBLISHED_BEFORE = {200: ResponseSpec(Published, description="It was published before.", generate_examples=False)}


@post(
    "/imports", name="api:import", status_code=202, request_max_body_size=BODY_LIMIT, responses=problems(403, 413, 422)
)
async def request_import(request: AnyRequest, data: JSONBody[NewImport]) -> Response[ArticleImport]:
    """Have an article read, from its address or from its text. It is not published before you say so."""
    viewer, form = signed_in(request), await make_form(NewForm, as_fields(data))
    check(form)
    given = form.text_.encode() if form.source == "text" else None
    await take_each(IMPORT, viewer.id, address_of(request))
    await take_volume(viewer.id, len(given or b""))
    created = await imports.request_import(
        member=viewer.id,
        source=form.source,
        url=form.url,
        given=given,
        title=form.title,
        topic=form.topic,
        thesis=form.thesis or "",
    )
    draft_import = await own_import(request, str(created))
    return answer_write(await _import_from(draft_import), 202, Location=_address(created))


def _address(number: int) -> str:
    return f"{settings().base_url}/api/v1/imports/{number}"


@get("/imports/{draft:str}", name="api:read-import", responses=problems(403, 404))
async def read_import(request: AnyRequest, draft: fields.ImportPath) -> Response[ArticleImport]:
    """What was read of an article of mine. Ask again until its state is `ready` or `failed`."""
    return answer_member(request, await _import_from(await own_import(request, draft)))


async def _import_from(draft_import: Import) -> ArticleImport:
    text = decode(draft_import.draft) if draft_import.draft else None
    known = await existing(draft_import) if draft_import.state == "ready" else None
    return ArticleImport(
        id=draft_import.id,
        url=_address(draft_import.id),
        state=draft_import.state,
        message=as_text(deserialize(draft_import.message)),
        title=text.title if text else draft_import.title,
        topic=draft_import.topic,
        byline=text.byline if text else None,
        lang=text.lang if text else None,
        published_at=text.published_at if text else None,
        words=text.words if text else 0,
        passages=[passage.text for passage in text.passages] if text else [],
        thread=draft_import.thread,
        existing=known["discussion"].id if known else None,
    )


async def _ready(request: AnyRequest, draft: str) -> Import:
    """Return an import of the viewer that was read. Raises NotFound or Refused."""
    draft_import = await own_import(request, draft)
    if draft_import.state != "ready":
        raise Refused(NOT_READ, state=draft_import.state)
    return draft_import


@post("/imports/{draft:str}/publish", name="api:publish", responses=problems(403, 404, 422) | PUBLISHED_BEFORE)
async def publish(request: AnyRequest, draft: fields.ImportPath, data: JSONBody[Publication]) -> Response[Published]:
    """Publish an import of mine as a new thread. Sent again, it answers with that thread."""
    draft_import = await own_import(request, draft)
    if draft_import.thread is not None:
        return answer_write(Published(draft_import.thread, f"{settings().base_url}/t/{draft_import.thread}"))
    text = decode((await _ready(request, draft)).draft or b"")
    given = {"title": text.title, "topic": draft_import.topic, "thesis": draft_import.thesis}
    form = PublishForm(given | {name: value for name, value in msgspec.to_builtins(data).items() if value is not None})
    check(form)
    opened = await opening.publish_import(
        import_id=draft_import.id,
        text=with_facts(text, form),
        topic=form.topic,
        starter=signed_in(request).id,
        thesis=form.thesis,
    )
    url = settings().base_url + opened.address
    if not opened.is_new:
        raise Refused(KNOWN, url=url)
    return answer_write(Published(opened.id, url), 201, Location=f"{settings().base_url}/api/v1/threads/{opened.id}")


@post("/imports/{draft:str}/suggest", name="api:suggest", responses=problems(403, 404, 422))
async def suggest(request: AnyRequest, draft: fields.ImportPath) -> Response[Update]:
    """Suggest an import of mine as an update of the article that exists."""
    viewer, draft_import = signed_in(request), await _ready(request, draft)
    await take_each(POST, viewer.id, address_of(request))
    thread, created = await ops.suggest(viewer=viewer, draft=draft_import)
    return answer_write(Update(created, thread), 201)


handlers = [
    Router("/", route_handlers=[request_import, read_import, publish, suggest], opt={"who": VERIFIED, "scope": ARTICLE})
]
