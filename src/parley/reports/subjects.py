"""The subject of a report form: a comment, the article of a thread, or a member."""

import msgspec

from parley.accounts import queries as accounts
from parley.comments.queries import CommentRow
from parley.comments.web import comment_at, thread_at
from parley.core.errors import NotFound
from parley.core.http.access import Viewer
from parley.core.text.messages import N_


class Subject(msgspec.Struct, frozen=True):
    """A subject with the address of its page."""

    kind: str
    id: int
    address: str
    name: str
    comment: CommentRow | None = None

    @property
    def report_address(self) -> str:
        return f"{self.address}/report"


async def comment(comment: str, viewer: Viewer | None, *, gone: bool = False) -> Subject:
    """Return the comment with this id; with `gone`, also one that is no longer visible. Raises NotFound."""
    row = await comment_at(comment, viewer)
    if row.state not in {"visible", "blocked"} and not gone:
        raise NotFound(N_("This comment no longer exists."))
    return Subject("comment", row.id, f"/c/{row.id}", row.author or N_("somebody who left"), row)


async def article(thread: str) -> Subject:
    row = await thread_at(thread)
    return Subject("article", row.id, f"/t/{row.id}", row.title)


async def after_decision(subject: Subject) -> Subject:
    """Return a subject after a decision, which may have removed the name of a member."""
    account = await accounts.account(subject.id) if subject.kind == "member" else None
    return msgspec.structs.replace(subject, name=account.name, address=f"/u/{account.name}") if account else subject


async def member(name: str, viewer: Viewer | None) -> Subject:
    """Return the member with this name. Raises NotFound if there is none that others can see."""
    person = await accounts.by_name(name)
    if person is None or (person.state == "unverified" and (viewer is None or viewer.id != person.id)):
        raise NotFound(N_("There is no member with this name."))
    return Subject("member", person.id, f"/u/{person.name}", person.name)
