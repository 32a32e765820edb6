"""Every page there is, with an address of it on the demo, and who sees it."""

from dataclasses import dataclass, replace
from typing import Literal

from tests.browser.site import Site

STAFF = {"sam_h", "ada"}


@dataclass(frozen=True)
class Shown:
    """A page as `viewer` sees it, and who else may open it: any member, the staff, or nobody."""

    name: str
    path: str
    viewer: str | None = None
    status: int = 200
    also: Literal["members", "staff", "nobody"] = "members"

    def opens_to(self, viewer: str) -> bool:
        return self.viewer == viewer or self.also == "members" or (self.also == "staff" and viewer in STAFF)


def by_viewer(pages: list[Shown]) -> dict[str | None, list[Shown]]:
    """The pages of each viewer, so that one tab can open them in turn."""
    return {
        viewer: [one for one in pages if one.viewer == viewer] for viewer in dict.fromkeys(one.viewer for one in pages)
    }


def as_seen_by(viewer: str, pages: list[Shown]) -> list[Shown]:
    """Those of `pages` that a viewer may open, as they see them."""
    return [replace(page, viewer=viewer) for page in pages if page.opens_to(viewer)]


async def every_page(site: Site) -> list[Shown]:
    """A page of each kind and state, seen by the one who sees most of it."""
    own = await site.value(
        """select c.id from comment c join member m on m.id = c.author join thread t on t.id = c.thread
           where m.name = 'mira' and c.state = 'visible' and t.state = 'open' order by c.id limit 1"""
    )
    edited = await site.value("select id from comment where edited_at is not null and state = 'visible' limit 1")
    said = await site.value("select id from comment where statement is not null and state = 'visible' limit 1")
    locked = await site.value("select id from thread where state = 'locked' limit 1")
    revised = await site.value(
        "select t.id from thread t join revision r on r.article = t.article group by t.id having count(*) > 1 limit 1"
    )
    passage = await site.value("select passage from comment where passage is not null and thread = 1 limit 1")
    imported = await site.value(
        """insert into article_import (member, source, url, state, topic, message, created_at, changed_at)
           select id, 'url', 'https://example.org/a', 'failed', 'research', 'The page was silent.', now(), now()
           from member where name = 'mira' returning id"""
    )
    item = await site.value("select id from queue_item where kind = 'comment' order by state <> 'open', id limit 1")
    appeal = await site.value("select id from appeal order by id limit 1")
    decision = await site.value("select decision from appeal order by id limit 1")
    proposed = site.made["proposed"]
    rule = await site.value("select id from rule order by position limit 1")
    return [
        Shown("home", "/"),
        Shown("home, top", "/?sort=top&period=all"),
        Shown("home, topic", "/?topic=research", "mira"),
        Shown("home, wide", "/?topic=craft"),
        Shown("thread", "/t/1/x"),
        Shown("thread, member", "/t/1/x", "mira"),
        Shown("thread, whole", "/t/1/x?view=all&sort=new", "mira"),
        Shown("thread, one stance", "/t/1/x?stance=challenges", "mira"),
        Shown("thread, crowded", f"/t/{site.made['crowded']}/x", "mira"),
        Shown("thread, wide", f"/t/{site.made['wide']}/x", "mira"),
        Shown("perspectives", "/t/1/x?view=stand"),
        Shown("perspectives, member", "/t/1/x?view=stand", "mira"),
        Shown("perspectives, table", "/t/1/x?view=stand&as=table", "mira"),
        Shown("perspectives, silent", "/t/3/x?view=stand", "mira"),
        Shown("perspectives over all threads", "/perspectives"),
        Shown("perspectives, how", "/perspectives/how"),
        Shown("answering", "/t/1/answer"),
        Shown("answering, member", "/t/1/answer", "mira"),
        Shown("answering, over", "/t/1/answer?stop=1", "mira"),
        Shown("answering, nothing asked", f"/t/{site.made['wide']}/answer", "mira"),
        Shown("deck", "/t/1/deck"),
        Shown("deck, moderator", "/t/1/deck", "sam_h", also="staff"),
        Shown("statement", f"/c/{own}/statement", "mira", also="nobody"),
        Shown("statement, removing", f"/c/{said}/statement/remove", "sam_h", also="staff"),
        Shown("thread, archived", f"/t/{site.made['archived']}/x", "mira"),
        Shown("thread, slowed", f"/t/{site.made['slowed']}/x", "mira"),
        Shown("thread, with hidden words", f"/t/{site.made['wide']}/x?view=all", "hanna"),
        Shown("member, blocked", "/u/priya", "hanna"),
        Shown("thread, empty", f"/t/{site.made['empty']}/x", "mira"),
        Shown("thread, one passage", f"/t/1/x?passage={passage}", "mira"),
        Shown("thread, one branch", f"/t/1/x?focus={own}", "mira"),
        Shown("thread, locked", f"/t/{locked}/x", "mira"),
        Shown("thread, deep", f"/t/{site.made['deep']}/x"),
        Shown("more comments", f"/t/{site.made['crowded']}/comments?sort=new"),
        Shown("versions of an article", f"/t/{revised}/revisions"),
        Shown("versions of an article, editor", f"/t/{revised}/revisions?from=2&to=1", "sam_h"),
        Shown("an old version of an article", f"/t/{revised}/revisions?at=1", "sam_h"),
        Shown("an old version, wide", f"/t/{site.made['wide']}/revisions?at=1"),
        Shown("edit an article", f"/t/{revised}/revise", "sam_h", also="staff"),
        Shown("reply", f"/c/{own}/reply", "jonas_w"),
        Shown("reply, visitor", f"/c/{own}/reply"),
        Shown("edit", f"/c/{own}/edit", "mira", also="nobody"),
        Shown("delete", f"/c/{own}/delete", "mira", also="nobody"),
        Shown("versions of a comment", f"/c/{edited}/history"),
        Shown("report a comment", f"/c/{own}/report", "jonas_w"),
        Shown("report a comment, visitor", f"/c/{own}/report"),
        Shown("reported", f"/c/{own}/report/done", "jonas_w"),
        Shown("report an article", "/t/1/report", "jonas_w"),
        Shown("report a member", "/u/mira/report", "jonas_w"),
        Shown("moderation log", "/log"),
        Shown("overview", "/mod", "sam_h", also="staff"),
        Shown("figures of a year", "/mod?days=365", "sam_h", also="staff"),
        Shown("queue", "/mod/queue", "sam_h", also="staff"),
        Shown("an item of the queue", f"/mod/item/{item}", "sam_h", also="staff"),
        Shown("appeals in the queue", "/mod/queue?kind=appeal", "sam_h", also="staff"),
        Shown("second look", "/mod/queue?kind=second-look", "ada", also="staff"),
        Shown("an appeal", f"/mod/appeals/{appeal}", "ada", also="nobody"),
        Shown(
            "a decision that takes two, concealed", f"/mod/decision/{proposed}/second-approval", "ada", also="nobody"
        ),
        Shown("a statement of reasons, concealed", f"/decision/{proposed}", "ada", also="staff"),
        Shown("automatic rules", "/mod/rules", "sam_h", also="staff"),
        Shown("an automatic rule", f"/mod/rules/{rule}", "sam_h", also="staff"),
        Shown("a new automatic rule", "/mod/rules/new", "sam_h", also="staff"),
        Shown("members", "/mod/members", "ada", also="staff"),
        Shown("a member", "/mod/members/mira", "ada", also="staff"),
        Shown("the record", "/mod/log", "sam_h", also="staff"),
        Shown("mail", "/mod/mail", "ada", also="nobody"),
        Shown("feeds of other sites", "/mod/feeds", "ada", also="nobody"),
        Shown("pick", "/t/1/pick", "sam_h", also="staff"),
        Shown("a statement of reasons", f"/decision/{decision}", "ada", also="staff"),
        Shown("for you", "/for-you", "mira"),
        Shown("for you: addressed", "/for-you?part=you", "mira"),
        Shown("for you: decisions", "/for-you?part=decisions", "mira"),
        Shown("settings: data", "/settings/data", "mira"),
        Shown("rules", "/rules"),
        Shown("edit the rules", "/rules/edit", "ada", also="nobody"),
        Shown("add an article", "/new", "mira"),
        Shown("an import that failed", f"/new/{imported}", "mira", also="nobody"),
        Shown("an article to look over", f"/new/{site.made['ready']}", "mira", also="nobody"),
        Shown("sign up", "/signup"),
        Shown("signed up", "/signup/done"),
        Shown("sign in", "/login?next=/t/1"),
        Shown("forgot", "/forgot"),
        Shown("profile", "/u/mira"),
        Shown("profile, wide", "/u/priya"),
        Shown("settings: profile", "/settings/profile", "mira"),
        Shown("settings: security", "/settings/security", "mira"),
        Shown("settings: mail", "/settings/mail", "mira"),
        Shown("for you: a thread", "/for-you?thread=2", "mira"),
        Shown("search", "/search?q=model"),
        Shown("search with a mistake", "/search?q=model+after:soon", None, 422),
        Shown("how it works", "/how"),
        Shown("an issue of the digest", site.made["issue"]),
        Shown("do you still want the digest", site.made["keep"]),
        Shown("stop the digest", site.made["off"]),
        Shown("mail sent from here", "/dev/mail"),
        Shown("a letter of the digest", site.made["letter"]),
        Shown("confirmed", "/verify/done"),
        Shown("not found", "/t/999999/x", None, 404),
        Shown("not for members", "/mod/queue", "mira", 404, also="nobody"),
        Shown("nobody of that name", "/u/nobody-here", None, 404),
        Shown("gone", "/verify/no-such-token", None, 410),
    ]
