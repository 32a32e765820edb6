"""The page of second looks: a comment, the moderator's judgement, then the decision."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.moderation.appeals import second_look_queries as queries
from parley.moderation.appeals import second_looks
from parley.moderation.decisions.rules import JUDGEMENTS
from parley.platform.errors import ParleyError
from parley.platform.http.access import MODERATOR, AnyRequest, staff
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page
from parley.platform.text.cleaning import as_id


@get("/mod/second-looks", name="moderation:second-looks", opt={"who": MODERATOR})
async def second_look_page(request: AnyRequest) -> Response[Any]:
    """The next case, and above it the comparison of the last one."""
    return await _show(request, Form({}))


@post("/mod/second-looks/{decision:str}", name="moderation:second-look", opt={"who": MODERATOR})
async def second_look(request: AnyRequest, decision: FromPath[str]) -> Response[Any]:
    form, decision_id = Form(await posted_fields(request)), as_id(decision) or 0
    try:
        await second_looks.save_judgement(staff(request), decision_id, form.choice("judgement", list(JUDGEMENTS)))
    except ParleyError as error:
        form.errors["judgement"] = error.message
        return await _show(request, form, error.status)
    return Redirect(f"/mod/second-looks?judged={decision_id}", status_code=303)


async def _show(request: AnyRequest, form: Form, status: int = 200) -> Response[Any]:
    viewer, judged = staff(request), as_id(request.query_params.get("judged", ""))
    return page(
        request,
        "moderation/appeals/second_look.html",
        status=status,
        case=await queries.next_case(viewer),
        comparison=await queries.comparison(viewer, judged) if judged else None,
        waiting=await queries.count_waiting(viewer),
        form=form,
        judgements=JUDGEMENTS,
    )


handlers: list[object] = [second_look_page, second_look]
