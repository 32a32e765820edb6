"""The page of the community's rules, and the form where admins edit them."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from parley.people.accounts.viewer import staff, viewer_of
from parley.people.community import ops, queries
from parley.platform.http.access import ADMIN, ANYONE, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page


class RulesForm(Form):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.rules = self.text("rules", most=20_000, lines=True)
        self.asks_declaration = self.flag("asks_declaration")
        # Without it, who can sign up stays as it is.
        self.sign_up = self.choice("sign_up", ("open", "invited", "approved", "closed"))
        # As above.
        self.hide_after = self.choice("hide_after", ("0", "3", "5"))


@get("/rules", name="community:rules", opt={"who": ANYONE})
async def rules_page(request: AnyRequest) -> Response[Any]:
    viewer, rules, grounds = viewer_of(request), await queries.rules(), await queries.grounds()
    may_edit = viewer is not None and viewer.access >= ADMIN
    return page(request, "people/community/rules.html", rules=rules, grounds=grounds, may_edit=may_edit)


@get("/rules/edit", name="community:edit-form", opt={"who": ADMIN})
async def edit_form(request: AnyRequest) -> Response[Any]:
    rules = await queries.rules()
    declares = "1" if rules.asks_declaration else ""
    form = RulesForm(
        {
            "rules": rules.text,
            "asks_declaration": declares,
            "sign_up": rules.sign_up,
            "hide_after": str(rules.hide_after),
        }
    )
    return page(request, "people/community/edit.html", form=form, version=rules.version)


@post("/rules/edit", name="community:edit", opt={"who": ADMIN})
async def edit(request: AnyRequest) -> Response[Any]:
    viewer, form = staff(request), RulesForm(await posted_fields(request))
    version, status = form.values.get("version", ""), 422
    if not form.errors:
        try:
            await ops.set_rules(
                viewer=viewer, rules=form.rules, asks_declaration=form.asks_declaration, version=version
            )
        except ops.RulesChanged as error:
            form.errors["form"], status = error.message, error.status
            version = (await queries.rules()).version
    if form.errors:
        return page(request, "people/community/edit.html", status=status, form=form, version=version)
    if form.sign_up is not None:
        await ops.set_sign_up(viewer, form.sign_up)
    if form.hide_after is not None:
        await ops.set_hide_after(viewer, int(form.hide_after))
    return Redirect("/rules", status_code=303)


handlers: list[object] = [rules_page, edit_form, edit]
