"""The pages about the site, their forms for admins, the page on which admins set the site up, and the documents."""

import asyncio
from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from parley.people.accounts.viewer import staff
from parley.platform.errors import NotFound
from parley.platform.http import environment
from parley.platform.http.access import ADMIN, ANYONE, MODERATOR, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page
from parley.platform.settings import settings
from parley.platform.text.cleaning import as_id
from parley.site.administration import manual, setup, texts
from parley.site.administration.texts import PAGES, PageRow
from parley.site.doctor import examine
from parley.site.doctor.checks import Check, Level

LONGEST_TEXT = 20_000


class PageForm(Form):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.words = self.text("text", most=LONGEST_TEXT, lines=True)
        self.version = as_id(self.values.get("version", "")) or 0


async def read_pages() -> None:
    """Let the foot of all pages follow what admins wrote."""
    environment.set_globals(site_pages=[(name, row.title) for name, row in (await texts.current()).items()])


@get(
    ["/about", "/privacy", "/terms", "/contact", "/imprint"],
    name="administration:page",
    opt={"who": ANYONE, "reading": True},
)
async def show(request: AnyRequest, version: FromQuery[str] = "") -> Response[Any]:
    """Show a page about the site, or with `version` what it said earlier."""
    name = request.url.path.strip("/")
    shown, versions = await texts.newest(name), await texts.versions(name)
    if version:
        shown = next((row for row in versions if row.id == as_id(version)), PageRow(0, name, ""))
    if not shown.text:
        raise NotFound
    return page(request, "site/administration/page.html", shown=shown, versions=versions)


@get("/mod/site", name="administration:site", opt={"who": ADMIN})
async def site_page(request: AnyRequest, check: FromQuery[str] = "") -> Response[Any]:
    """Show what is left to set up, the pages about the site and, with `check`, the state of the installation."""
    return page(
        request,
        "site/administration/site.html",
        steps=await setup.steps(),
        pages=PAGES,
        written=await texts.current(),
        checks=sorted(await examine(settings()), key=_urgency) if check else None,
    )


@get("/mod/site/{name:str}", name="administration:edit-form", opt={"who": ADMIN})
async def edit_form(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
    row = await _load_page(name)
    return _show_form(request, row, Form({"text": row.text, "version": str(row.id)}))


@post("/mod/site/{name:str}", name="administration:edit", opt={"who": ADMIN}, status_code=200)
async def edit(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
    row, form = await _load_page(name), PageForm(await posted_fields(request))
    if not form.errors:
        with form.refusals():
            await texts.save(staff(request), name, form.words, version=form.version)
    if form.errors:
        form.values["version"] = str(row.id)
        return _show_form(request, row, form, form.status)
    await read_pages()
    return Redirect("/mod/site#pages", status_code=303)


@get("/docs", name="administration:docs", opt={"who": MODERATOR})
async def docs(request: AnyRequest) -> Response[Any]:
    titles = {name: manual.title(name) for name in manual.documents()}
    return page(request, "site/administration/docs.html", titles=titles, shown=None)


@get("/docs/{name:str}", name="administration:document", opt={"who": MODERATOR})
async def document(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
    """Show a document of this version, which comes with the software."""
    if name not in manual.documents():
        raise NotFound
    # The first time the longest takes a moment.
    shown = await asyncio.to_thread(manual.html, name)
    return page(request, "site/administration/docs.html", title=manual.title(name), shown=shown)


def _urgency(check: Check) -> int:
    return -list(Level).index(check.level)


async def _load_page(name: str) -> PageRow:
    if name not in PAGES:
        raise NotFound
    return await texts.newest(name)


def _show_form(request: AnyRequest, row: PageRow, form: Form, status: int = 200) -> Response[Any]:
    return page(request, "site/administration/edit.html", status=status, shown=row, form=form, most=LONGEST_TEXT)


handlers: list[object] = [show, site_page, edit_form, edit, docs, document]
