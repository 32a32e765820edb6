"""The second step of signing in."""

from litestar import Response, get, post

from parley.accounts import second_factor, second_step
from parley.accounts.forms import CodeForm
from parley.accounts.web.common import client_of, invalid, next_of, see_other
from parley.core.errors import Forbidden, Gone, Refused, TooMany
from parley.core.http.access import ANYONE, AnyRequest
from parley.core.http.forms import Form, posted
from parley.core.http.pages import leading_back, page

TEMPLATE = "accounts/second.html"


@get("/login/second", name="accounts:second", opt={"who": ANYONE})
async def second_page(request: AnyRequest) -> Response[object]:
    next_url = next_of(request)
    if second_step.read(_ticket(request)) is None:
        return see_other(leading_back("/login", next_url))
    return page(request, TEMPLATE, form=Form({}), next_url=next_url)


@post("/login/second", opt={"who": ANYONE})
async def second(request: AnyRequest) -> Response[object]:
    form = CodeForm({"next": request.query_params.get("next"), **await posted(request)})
    try:
        done = await second_factor.sign_in(_ticket(request), form.code, client_of(request))
    except Refused as refusal:
        form.errors["code"] = refusal.message
        return invalid(request, TEMPLATE, form, next_url=form.next)
    except (Forbidden, Gone, TooMany) as error:
        return invalid(request, TEMPLATE, form, error, next_url=form.next)
    answer = see_other(form.next, done)
    answer.set_cookie(second_step.cookie(""))
    return answer


def _ticket(request: AnyRequest) -> str:
    return request.cookies.get(second_step.cookie_name(), "")


handlers: list[object] = [second_page, second]
