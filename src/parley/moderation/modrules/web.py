"""The pages about rules: the list, one rule with its back-test and versions, and the editor."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.moderation.decisions import ops as decisions
from parley.moderation.guidelines import queries as guidelines
from parley.moderation.matching import current
from parley.moderation.matching.evaluate import ActiveRule
from parley.moderation.modrules import ops, queries
from parley.moderation.modrules.forms import RuleForm
from parley.moderation.modrules.kinds import ACTIONS, KINDS, sentence
from parley.moderation.modrules.queries import RuleRow
from parley.moderation.modrules.rules import MOST_CONDITIONS, STATES, needs_two
from parley.people.accounts.names import LONGEST_NAME
from parley.people.accounts.viewer import staff
from parley.people.community.queries import grounds
from parley.platform.errors import NotFound, ParleyError
from parley.platform.http.access import MODERATOR, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import fragment, page, wants_fragment
from parley.platform.text.cleaning import as_id


async def rule_at(number: str) -> RuleRow:
    """The rule at an address. Raises NotFound."""
    row = await queries.rule(as_id(number) or 0)
    if row is None:
        raise NotFound
    return row


async def form_of(request: AnyRequest) -> RuleForm:
    return RuleForm(await posted_fields(request), [ground.code for ground in await grounds()])


@get("/mod/rules", name="moderation:rule-list", opt={"who": MODERATOR})
async def list_page(request: AnyRequest) -> Response[Any]:
    return await _list(request)


async def _list(request: AnyRequest, mistake: str = "", status: int = 200) -> Response[Any]:
    return page(
        request,
        "moderation/automod/list.html",
        status=status,
        rules=await queries.all_rules(),
        stopped=await current.is_stopped(),
        guidelines=await guidelines.every(),
        reasons=await guidelines.reasons(staff(request).id),
        mistake=mistake,
        alone=await decisions.is_alone(staff(request)),
    )


@post("/mod/rules/stop", name="moderation:rule-stop", opt={"who": MODERATOR}, status_code=200)
async def stop(request: AnyRequest) -> Response[Any]:
    """Stop all rules (`on=1`), or start them again."""
    form = Form(await posted_fields(request))
    try:
        await ops.stop(staff(request), on=form.flag("on"), confirmed=form.text("confirm", most=LONGEST_NAME))
    except ParleyError as error:
        return await _list(request, error.message, error.status)
    return Redirect("/mod/rules", status_code=303)


@post("/mod/rules/{rule:str}/move", name="moderation:rule-move", opt={"who": MODERATOR})
async def move(request: AnyRequest, rule: FromPath[str]) -> Redirect:
    row = await rule_at(rule)
    await ops.move(staff(request), row.id, up=Form(await posted_fields(request)).choice("to", ("up", "down")) != "down")
    return Redirect("/mod/rules", status_code=303)


@get("/mod/rules/new", name="moderation:rule-new-form", opt={"who": MODERATOR})
async def new_form(request: AnyRequest) -> Response[Any]:
    """The form, filled in by a link that suggests a rule."""
    return await _new(request, RuleForm(dict(request.query_params)))


@post("/mod/rules/new", name="moderation:rule-new", opt={"who": MODERATOR}, status_code=200)
async def new(request: AnyRequest) -> Response[Any]:
    form = await form_of(request)
    if form.changes_rows:
        form.change_rows()
        return await _new(request, form)
    draft = form.require()
    if draft is None:
        return await _new(request, form, 422)
    try:
        rule = await ops.create(staff(request), draft)
    except ParleyError as error:
        form.errors["form"] = error.message
        return await _new(request, form, error.status)
    return Redirect(f"/mod/rules/{rule}", status_code=303)


async def _new(request: AnyRequest, form: RuleForm, status: int = 200) -> Response[Any]:
    shown = await _editor(form, "/mod/rules/new")
    return page(request, "moderation/automod/new.html", "editor", status=status, **shown)


@post("/mod/rules/check", name="moderation:rule-check", opt={"who": MODERATOR}, status_code=200)
async def check(request: AnyRequest) -> Response[Any]:
    """For htmx: the rule typed so far as a sentence, or its errors."""
    form = await form_of(request)
    mistakes = [mistake for row in form.rows for mistake in row.errors.values()]
    words = sentence(form.action, tuple(form.conditions)) if form.conditions and not mistakes else ""
    return fragment(request, "moderation/automod/_check.html", mistakes=mistakes, words=words)


@get("/mod/rules/{rule:str}", name="moderation:rule-rule", opt={"who": MODERATOR})
async def rule_page(request: AnyRequest, rule: FromPath[str]) -> Response[Any]:
    return await _rule(request, await rule_at(rule))


@get("/mod/rules/{rule:str}/test", name="moderation:rule-progress", opt={"who": MODERATOR})
async def progress(request: AnyRequest, rule: FromPath[str]) -> Response[Any]:
    """For htmx: the progress and result of the back-test."""
    row = await rule_at(rule)
    if not wants_fragment(request):
        return Redirect(f"/mod/rules/{row.id}", status_code=303)
    return fragment(request, "moderation/automod/_test.html", **await _backtest_context(request, row))


@post("/mod/rules/{rule:str}", name="moderation:rule-change", opt={"who": MODERATOR}, status_code=200)
async def change(request: AnyRequest, rule: FromPath[str]) -> Response[Any]:
    row, form = await rule_at(rule), await form_of(request)
    if form.changes_rows:
        form.change_rows()
        return await _rule(request, row, form)
    draft = form.require()
    if draft is None:
        return await _rule(request, row, form, 422)
    try:
        await ops.change(staff(request), row.id, form.id("version") or 0, draft)
    except ParleyError as error:
        form.errors["form"] = error.message
        return await _rule(request, await rule_at(rule), form, error.status)
    return Redirect(f"/mod/rules/{row.id}", status_code=303)


@post("/mod/rules/{rule:str}/test", name="moderation:rule-test", opt={"who": MODERATOR}, status_code=200)
async def request_test(request: AnyRequest, rule: FromPath[str]) -> Response[Any]:
    """Request a back-test of the version shown."""
    row = await rule_at(rule)
    await ops.test(staff(request), row.id, Form(await posted_fields(request)).id("version") or 0)
    if wants_fragment(request):
        return fragment(request, "moderation/automod/_test.html", **await _backtest_context(request, row))
    return Redirect(f"/mod/rules/{row.id}#test", status_code=303)


@post("/mod/rules/{rule:str}/state", name="moderation:rule-switch", opt={"who": MODERATOR}, status_code=200)
async def switch(request: AnyRequest, rule: FromPath[str]) -> Response[Any]:
    row, form = await rule_at(rule), Form(await posted_fields(request))
    try:
        state, typed = form.choice("state", STATES) or "", form.text("confirm", most=LONGEST_NAME)
        await ops.switch(staff(request), row.id, form.id("version") or 0, state, typed)
    except ParleyError as error:
        return await _rule(request, await rule_at(rule), status=error.status, mistake=error.message)
    return Redirect(f"/mod/rules/{row.id}", status_code=303)


async def _rule(
    request: AnyRequest, row: RuleRow, form: RuleForm | None = None, status: int = 200, mistake: str = ""
) -> Response[Any]:
    """The page of one rule; for htmx after a button of the editor, the editor only."""
    conditions = row.conditions or ()
    current_rule = ActiveRule(row.id, row.name, row.version, row.state, 0, row.action, row.guideline, conditions)  # type: ignore[arg-type]
    context = await _editor(form or RuleForm.of(current_rule), f"/mod/rules/{row.id}", row.version)
    context |= await _backtest_context(request, row) | {"versions": await queries.versions(row.id), "mistake": mistake}
    context["training"] = await queries.last_training() if row.uses_score else None
    return page(request, "moderation/automod/rule.html", "editor" if form else None, status=status, **context)


async def _backtest_context(request: AnyRequest, row: RuleRow) -> dict[str, Any]:
    tested = await queries.last_test(row.id, row.version)
    done = tested is not None and tested.state == "done"
    return {
        "rule": row,
        "test": tested,
        "samples": await queries.samples(tested.result.samples, row.guideline) if tested and done else [],
        "needs_two": bool(tested and done and needs_two(row.action, tested.result)),
        "alone": row.state == "on" and await decisions.is_alone(staff(request)),
        "is_proposer": tested is not None and tested.proposed_by == staff(request).id,
    }


async def _editor(form: RuleForm, action: str, version: int = 0) -> dict[str, Any]:
    return {
        "form": form,
        "form_action": action,
        "version": version,
        "kinds": KINDS,
        "actions": ACTIONS,
        "grounds": await grounds(),
        "most": MOST_CONDITIONS,
    }


handlers: list[object] = [
    list_page,
    stop,
    move,
    new_form,
    new,
    check,
    rule_page,
    progress,
    change,
    request_test,
    switch,
]
