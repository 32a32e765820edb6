"""The page of a member's data, and the download of the file."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Stream

from parley.own_data.exports import ops, queries
from parley.people.account_settings.sections import Section
from parley.people.accounts.viewer import signed_in
from parley.people.second_factors import step_up
from parley.people.second_factors.web.proving import to_prove
from parley.people.sign_in.web.common import see_other
from parley.platform.errors import NotFound, Refused
from parley.platform.http.access import MEMBER, AnyRequest
from parley.platform.http.forms import Form
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_


async def _newest(request: AnyRequest) -> dict[str, Any]:
    return {"export": await queries.newest(signed_in(request)), "form": Form({})}


EXPORT = Section("data", "export", N_("Download your data"), "own_data/exports/_export.html", _newest, live=True)


@post("/settings/data", name="exports:request", opt={"who": MEMBER})
async def request_export(request: AnyRequest) -> Response[Any]:
    """Request the file. A viewer who has not proved lately who they are does so first."""
    viewer = signed_in(request)
    if not await step_up.is_proven(viewer):
        return to_prove(EXPORT.path)
    try:
        await ops.request(viewer)
    except Refused as refusal:
        return await EXPORT.invalid(request, Form({}), refusal)
    return see_other(EXPORT.path)


@get("/settings/data/{file:str}", name="exports:file", opt={"who": MEMBER})
async def download(request: AnyRequest, file: FromPath[str]) -> Response[Any]:
    """The ZIP file of one of the viewer's exports, one megabyte at a time."""
    viewer, number = signed_in(request), as_id(file.removesuffix(".zip"))
    export = await queries.finished_export(viewer, number) if number and file.endswith(".zip") else None
    if export is None:
        raise NotFound(N_("There is no such file. Files are deleted 7 days after they were requested."))
    if not await step_up.is_proven(viewer):
        return to_prove(EXPORT.path)
    headers = {
        "Content-Disposition": f'attachment; filename="parley-{viewer.id}-{export.created_at:%Y-%m-%d}.zip"',
        "Content-Length": str(export.size),
    }
    return Stream(queries.parts(export.id), media_type="application/zip", headers=headers)


handlers: list[object] = [request_export, download]
