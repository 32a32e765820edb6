"""The pages of settings. Each consists of sections, which many features provide (site/hooks.py)."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from litestar import Response
from litestar.response import Redirect
from markupsafe import Markup

from parley.people.sign_in.web.common import note_error
from parley.platform.errors import ParleyError
from parley.platform.http.access import AnyRequest
from parley.platform.http.forms import Form
from parley.platform.http.pages import base_context, page, render, wants_fragment
from parley.platform.text.messages import Message

PAGES = ("profile", "mail", "security", "data")
Context = Callable[[AnyRequest], Awaitable[Mapping[str, Any] | None]]


class Section(msgspec.Struct, frozen=True):
    """A section of a page of settings. `name` is its anchor.

    `context` returns what its template shows; None where the viewer has no such section. `live`: htmx gets it alone.
    """

    page: str
    name: str
    title: Message
    template: str
    context: Context
    live: bool = False

    @property
    def path(self) -> str:
        return f"/settings/{self.page}#{self.name}"

    def saved(self, said: str = "saved") -> Redirect:
        """Redirect to the section, which then says that it is saved, or what else `said` stands for."""
        return Redirect(f"/settings/{self.page}?{said}={self.name}#{self.name}", status_code=303)

    async def invalid(
        self, request: AnyRequest, form: Form, error: ParleyError | None = None, field: str = "form", **changed: Any
    ) -> Response[Any]:
        """The page with the section as it was typed, and its errors. The form's action has the anchor."""
        status = note_error(form, error, field)
        return await show(request, self.page, status, section=self, form=form, **changed)


# Filled by site/hooks.py, in the order in which the pages show them.
sections: list[Section] = []


async def show(
    request: AnyRequest, name: str, status: int = 200, *, section: Section | None = None, **changed: Any
) -> Response[Any]:
    """Show a page, or its live section to htmx. `changed` is what differs in the context of `section`."""
    is_part, base, shown = wants_fragment(request), base_context(request), []
    for one in sections:
        if one.page != name or (is_part and not one.live):
            continue
        context = await one.context(request)
        if context is not None:
            own = {**base, **context, **(changed if one is section else {})}
            shown.append((one, Markup(render(one.template, **own).decode())))  # noqa: S704 a template made it
    said = request.query_params.get("saved")
    return page(request, "people/accounts/settings.html", "parts", status, here=name, shown=shown, saved=said)
