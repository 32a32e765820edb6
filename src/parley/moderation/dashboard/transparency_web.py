"""The statements of reasons of a month as CSV, with the fields of the DSA Transparency Database."""

import csv
import io
import re
from datetime import date
from typing import Any

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from parley.moderation.dashboard.transparency import TransparencyRow, statements
from parley.platform.errors import NotFound
from parley.platform.http.access import ADMIN
from parley.platform.text.messages import N_

MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])\.csv")


@get("/mod/transparency/{month:str}", name="moderation:transparency", opt={"who": ADMIN})
async def statements_of_month(month: FromPath[str]) -> Response[Any]:
    match = MONTH.fullmatch(month)
    if match is None:
        raise NotFound(N_("There are statements of whole months, such as /mod/transparency/2026-11.csv."))
    first = date(int(match[1]), int(match[2]), 1)
    end = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(TransparencyRow.__struct_fields__)
    table.writerows(map(msgspec.structs.astuple, await statements(first, end)))
    headers = {"Content-Disposition": f'attachment; filename="statements-of-reasons-{month}"'}
    return Response(text.getvalue(), media_type="text/csv", headers=headers)


handlers: list[object] = [statements_of_month]
