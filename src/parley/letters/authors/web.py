"""Claiming an article, the member's claims, the mailed link that confirms one, and the pinned reply, over HTTP."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.articles.articles import queries as articles
from parley.articles.articles.addresses import registered_domain
from parley.discussion.commenting.web import thread_at
from parley.discussion.threads.queries import ThreadRow
from parley.letters.authors import ops, queries, rules
from parley.letters.authors.forms import ClaimForm
from parley.letters.authors.queries import ClaimRow
from parley.moderation.modqueue.kinds import WorkKind
from parley.people.account_settings.sections import Section
from parley.people.accounts.viewer import signed_in, staff
from parley.platform.errors import NotFound, Refused
from parley.platform.events.job_wakeups import wake_job
from parley.platform.http.access import ANYONE, MODERATOR, VERIFIED, AnyRequest, address_of
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page
from parley.platform.ratelimit import CLAIM, take_each
from parley.platform.settings import settings
from parley.platform.text.cleaning import as_id
from parley.platform.text.hosts import bare_host
from parley.platform.text.messages import N_


async def _show(request: AnyRequest, thread: ThreadRow, form: Form, status: int = 200) -> Response[Any]:
    viewer = signed_in(request)
    claim = await queries.of_member(thread.id, viewer.id)
    return page(
        request,
        "letters/authors/claim.html",
        status=status,
        thread=thread,
        article=await articles.of_thread(thread.id),
        claim=claim,
        snippets=[
            f'<link rel="me" href="{settings().base_url}/u/{viewer.name}">',
            f'<meta name="parley-author" content="{claim.token if claim else ""}">',
        ],
        form=form,
    )


@get("/t/{thread:str}/claim", name="authors:claim-form", opt={"who": VERIFIED})
async def claim_form(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    return await _show(request, await thread_at(thread), Form({}))


@post("/t/{thread:str}/claim", name="authors:claim", opt={"who": VERIFIED})
async def claim(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    viewer, row = signed_in(request), await thread_at(thread)
    form = ClaimForm(await posted_fields(request))
    if not form.errors:
        with form.refusals():
            await take_each(CLAIM, viewer.id, address_of(request))
            await refuse_foreign(row.id, form)
            await ops.claim(viewer, row.id, way=form.way or "", email=form.email, text=form.words)
    if form.errors:
        return await _show(request, row, form, form.status)
    await wake_job("claims")
    return Redirect(f"/t/{row.id}/claim", status_code=303)


async def refuse_foreign(thread: int, form: ClaimForm) -> None:
    """Raise Refused where the article has no address for this way, or the e-mail address is at another domain."""
    article = await articles.of_thread(thread)
    url = article.url if article else None
    if form.way != "word" and url is None:
        raise Refused(N_("This article has no address of its own. Say who can vouch for you instead."))
    if form.way == "address" and not rules.is_at_domain(form.email or "", url or ""):
        raise Refused(
            N_("This address is not at {domain}, or everybody can have one there."),
            domain=registered_domain(bare_host(url or "")),
        )


async def _own(request: AnyRequest) -> dict[str, Any] | None:
    """The viewer's claims, and those that they decide for a publisher. Moderators decide in the queue."""
    viewer = signed_in(request)
    if viewer.access < VERIFIED:
        return None
    return {"rows": await queries.claims_of(viewer.id), "decides": await queries.to_decide(viewer.id)}


ARTICLES = Section("profile", "articles", N_("Your articles"), "letters/authors/_own.html", _own)


@post("/settings/articles/{number:int}/end", name="authors:end", opt={"who": VERIFIED})
async def end(request: AnyRequest, number: FromPath[int]) -> Response[Any]:
    await ops.end(signed_in(request), number)
    return Redirect(ARTICLES.path, status_code=303)


@post("/settings/articles/{number:int}/decide", name="authors:decide", opt={"who": VERIFIED})
async def decide(request: AnyRequest, number: FromPath[int]) -> Response[Any]:
    """Confirm (`confirm=1`) or refuse somebody else's claim."""
    form = Form(await posted_fields(request))
    viewer = signed_in(request)
    await ops.decide(viewer, number, confirms=form.flag("confirm"))
    queue = "/mod/queue?kind=author" if viewer.access >= MODERATOR else ARTICLES.path
    return Redirect(queue, status_code=303)


async def _waiting(request: AnyRequest, number: int) -> dict[str, Any]:
    """A claim that waits for the viewer, a moderator. Raises NotFound."""
    row = await queries.one(number)
    if row is None or row.state != "waiting" or row.way != "word" or row.member == staff(request).id:
        raise NotFound(N_("This claim was decided already."))
    return {"row": row}


CLAIMS = WorkKind(
    "author",
    N_("Claims of authors"),
    N_("Claim of an author"),
    queries.WAITING_CLAIMS,
    hours=72,
    template="letters/authors/waiting.html",
    panel=_waiting,
)


@post("/t/{thread:str}/author-reply", name="authors:pin", opt={"who": VERIFIED})
async def pin(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    row, form = await thread_at(thread), Form(await posted_fields(request))
    comment = form.id("comment")
    if form.errors:
        raise NotFound
    await ops.pin(signed_in(request), row.id, comment)
    return Redirect(row.address, status_code=303)


async def _claim_of_link(number: str, key: str) -> ClaimRow:
    """The claim of a mailed link. Raises NotFound for any other link."""
    row = await queries.one(as_id(number) or 0)
    if row is None or not ops.is_key(row, key):
        raise NotFound
    return row


@get("/claims/{claim:str}/{key:str}", name="authors:confirm-form", opt={"who": ANYONE})
async def confirm_page(request: AnyRequest, claim: FromPath[str], key: FromPath[str]) -> Response[Any]:
    """A page with one button. Opening the link changes nothing, since mail scanners open links."""
    return page(request, "letters/authors/confirm.html", claim=await _claim_of_link(claim, key), key=key)


@post("/claims/{claim:str}/{key:str}", name="authors:confirm", opt={"who": ANYONE}, status_code=200)
async def confirm(request: AnyRequest, claim: FromPath[str], key: FromPath[str]) -> Response[Any]:
    await ops.confirm_address(await _claim_of_link(claim, key))
    return page(request, "letters/authors/confirm.html", claim=await _claim_of_link(claim, key), key=key)


handlers: list[object] = [claim_form, claim, end, decide, pin, confirm_page, confirm]
