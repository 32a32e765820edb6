"""The subject of a report form: a comment, the article of a thread, or a member."""

import msgspec

from parley.discussion.commenting.web import comment_at, thread_at
from parley.discussion.comments.queries import CommentRow
from parley.people.accounts import queries as accounts
from parley.people.accounts.viewer import Viewer, viewer_of
from parley.platform.errors import NotFound
from parley.platform.http.access import AnyRequest
from parley.platform.text.messages import N_


class Subject(msgspec.Struct, frozen=True):
    """A subject with the address of its page."""

    kind: str
    id: int
    address: str
    name: str
    comment: CommentRow | None = None

    @property
    def thread(self) -> int | None:
        """The thread in which it is; None for a member."""
        if self.comment is not None:
            return self.comment.thread
        return self.id if self.kind == "article" else None

    @property
    def report_address(self) -> str:
        return f"{self.address}/report"


async def at(request: AnyRequest, *, gone: bool = False) -> Subject:
    """Return the subject that the address of a request names. Raises NotFound. `gone`: see `comment`."""
    named, viewer = request.path_params, viewer_of(request)
    if "comment" in named:
        return await comment(named["comment"], viewer, gone=gone)
    return await article(named["thread"]) if "thread" in named else await member(named["name"], viewer)


async def comment(comment: str, viewer: Viewer | None, *, gone: bool = False) -> Subject:
    """Return the comment with this id; with `gone`, also one that is no longer visible. Raises NotFound.

    With `gone`, which is for moderators, it has its author even if others do not see who wrote it.
    """
    row = await comment_at(comment, viewer)
    if row.state not in {"visible", "blocked"} and not gone:
        raise NotFound(N_("This comment no longer exists."))
    if gone and row.author is None and row.author_id is not None:
        account = await accounts.account(row.author_id)
        row = msgspec.structs.replace(row, author=account.name if account else None)
    return Subject("comment", row.id, f"/c/{row.id}", row.author or N_("a former member"), row)


async def article(thread: str) -> Subject:
    row = await thread_at(thread)
    return Subject("article", row.id, f"/t/{row.id}", row.title)


async def after_decision(subject: Subject, viewer: Viewer) -> Subject:
    """Return a subject as it is after a decision, which may have removed a comment or the name of a member."""
    if subject.kind == "comment":
        return await comment(str(subject.id), viewer, gone=True)
    account = await accounts.account(subject.id) if subject.kind == "member" else None
    return msgspec.structs.replace(subject, name=account.name, address=f"/u/{account.name}") if account else subject


async def member(name: str, viewer: Viewer | None) -> Subject:
    """Return the member with this name. Raises NotFound if there is none that others can see."""
    person = await accounts.by_name(name)
    if person is None or (person.state == "unverified" and (viewer is None or viewer.id != person.id)):
        raise NotFound(N_("There is no member with this name."))
    return Subject("member", person.id, f"/u/{person.name}", person.name)
