"""Requesting an export."""

from parley.own_data.exports.tables import Export
from parley.people.accounts import queries as accounts
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.db import atomic
from parley.platform.errors import Refused
from parley.platform.events.job_wakeups import wake_job
from parley.platform.text.messages import N_

# Also stated by templates/own_data/exports/_export.html.
IS_RECENT = """
select exists (select from export where member = $1 and state <> 'failed' and created_at > now() - interval '1 day')
"""


async def request(viewer: Viewer) -> None:
    """Request the viewer's data. Raises Refused if they already did in the last 24 hours, unless that failed."""
    async with atomic():
        await accounts.lock(viewer.id)
        if await db.value(IS_RECENT, viewer.id):
            raise Refused(N_("You can request your data once in 24 hours. Your last file is below."))
        await Export.insert(Export(member=viewer.id))
    await wake_job("exports")
