"""Every form of the pages has its operation in the API, or a reason why not."""

from litestar import Litestar

from tests.interfaces.api.calling import V1
from tests.standing.world import routes

ACCOUNT = "the account's own security, or a setting of the account"
SETTING = "a setting of the community, which people choose on pages"
PAGE = "belongs to a page or a browser"
MAILED = "answers a mailed link"
PRIVATE = "what members keep is written on pages; a program reads it"
# By the beginning of the address.
NOT_THERE = {
    "/signup": ACCOUNT,
    "/verify": ACCOUNT,
    "/login": ACCOUNT,
    "/logout": ACCOUNT,
    "/recover/": ACCOUNT,
    "/forgot": ACCOUNT,
    "/reset/": ACCOUNT,
    "/prove": ACCOUNT,
    "/leave/": ACCOUNT,
    "/sso/": ACCOUNT,
    "/settings/": ACCOUNT,
    "/mod/members/{name:str}/role": ACCOUNT,
    "/mod/members/{name:str}/recovery": ACCOUNT,
    "/mod/members/{name:str}/sessions/end": ACCOUNT,
    "/mod/signups/": ACCOUNT,
    "/mod/imported/": ACCOUNT,
    "/rules/edit": SETTING,
    "/mod/guidelines": SETTING,
    "/mod/site/": SETTING,
    "/mod/reasons": SETTING,
    "/mod/rules": SETTING,
    "/mod/feeds": SETTING,
    "/mod/mail": SETTING,
    "/t/{thread:str}/pick": SETTING,
    "/language": PAGE,
    "/reading": PAGE,
    "/embed/": PAGE,
    "/new/{number:str}/encoding": PAGE,
    "/mod/bulk": "a program decides about one after the other",
    "/mod/members/{name:str}/decided/approve": "a program decides about one after the other",
    "/mod/members/{name:str}/decided/undo": "a person looks first",
    "/mod/comments": "a program decides about one after the other",
    "/mod/articles/": "a program decides about one after the other",
    "/mod/item/{item:str}/skip": "a program reads the next item of the queue",
    "/mod/item/{item:str}/reveal": "sensitive words are shown on the page, which records who looked",
    "/mod/decision/{decision:str}/reveal": "sensitive words are shown on the page, which records who looked",
    "/mod/rings/": "a person looks at a ring with its votes",
    "/mod/second-looks/": "a second look is a person's",
    "/mod/members/{name:str}/note": "notes are for people",
    "/t/{thread:str}/rights/{number:str}": "needs the page, which shows the request",
    "/kept/": PRIVATE,
    "/c/{comment:str}/keep": PRIVATE,
    "/c/{comment:str}/translate": "a program can ask a translator itself",
    "/t/{thread:str}/keep": PRIVATE,
    "/t/{thread:str}/notes": PRIVATE,
    "/claims/": MAILED,
    "/reports/": MAILED,
    "/mail/": MAILED,
}
# Where the names differ.
TWINS = {
    "/c/{comment:str}/vote": "/comments/{comment:str}/votes/quality",
    "/c/{comment:str}/edit": "/comments/{comment:str}",
    "/c/{comment:str}/delete": "/comments/{comment:str}",
    "/c/{comment:str}/moderate": "/moderation/comments/{comment:str}/decide",
    "/c/{comment:str}/report": "/comments/{comment:str}/reports",
    "/c/{comment:str}/statement/merge": "/moderation/comments/{comment:str}/statement/merge",
    "/c/{comment:str}/statement/remove": "/moderation/comments/{comment:str}/statement/remove",
    "/decision/{decision:str}": "/decisions/{decision:str}/appeal",
    "/decision/{decision:str}/withdraw": "/decisions/{decision:str}/appeal",
    "/mod/appeals/{appeal:str}/decide": "/moderation/appeals/{appeal:str}/decide",
    "/mod/appeals/{appeal:str}/assign": "/moderation/appeals/{appeal:str}/assign",
    "/mod/decision/{decision:str}/second-approval": "/moderation/decisions/{decision:str}/second-approval",
    "/mod/item/{item:str}/assign": "/moderation/queue/{item:str}/assign",
    "/mod/members/{name:str}/message": "/moderation/members/{name:str}/message",
    "/mod/item/{item:str}/claim": "/moderation/queue/{item:str}/claim",
    "/mod/item/{item:str}/decide": "/moderation/queue/{item:str}/decide",
    "/mod/item/{item:str}/undo": "/moderation/decisions/{decision:str}/undo",
    "/mod/members/{name:str}/lift": "/moderation/members/{name:str}/lift",
    "/mod/members/{name:str}/sanction": "/moderation/members/{name:str}/decide",
    "/mod/raids": "/moderation/raids",
    "/mod/raids/{raid:str}/end": "/moderation/raids/{raid:str}/end",
    "/mod/rooms/{topic:str}": "/topics/{topic:str}",
    "/mod/rooms/{topic:str}/moderators": "/topics/{topic:str}/moderators",
    "/new": "/imports",
    "/new/{number:str}": "/imports/{draft:str}/publish",
    "/new/{number:str}/suggest": "/imports/{draft:str}/suggest",
    "/t/{thread:str}/answer": "/threads/{thread:str}/answers",
    "/t/{thread:str}/archive": "/moderation/threads/{thread:str}/action",
    "/t/{thread:str}/claim": "/threads/{thread:str}/claims",
    "/t/{thread:str}/correct": "/threads/{thread:str}/corrections",
    "/t/{thread:str}/follow": "/threads/{thread:str}/following",
    "/t/{thread:str}/lock": "/moderation/threads/{thread:str}/action",
    "/t/{thread:str}/moderate": "/moderation/threads/{thread:str}/decide",
    "/t/{thread:str}/mute": "/threads/{thread:str}/following",
    "/t/{thread:str}/report": "/threads/{thread:str}/reports",
    "/t/{thread:str}/revise": "/threads/{thread:str}/article",
    "/t/{thread:str}/revisions/{number:str}/restore": "/threads/{thread:str}/revisions/{revision:str}/restore",
    "/t/{thread:str}/slow": "/moderation/threads/{thread:str}/action",
    "/t/{thread:str}/unlock": "/moderation/threads/{thread:str}/action",
    "/t/{thread:str}/updates/{number:str}": "/threads/{thread:str}/updates/{update:str}/decide",
    "/topic/{topic:str}/follow": "/topics/{topic:str}/following",
    "/topic/{topic:str}/mute": "/topics/{topic:str}/following",
    "/u/{name:str}/block": "/members/{name:str}/muting",
    "/u/{name:str}/moderate": "/moderation/members/{name:str}/decide",
    "/u/{name:str}/mute": "/members/{name:str}/muting",
    "/u/{name:str}/report": "/members/{name:str}/reports",
    "/for-you/read": "/threads/{thread:str}/seen",
}
# Settings that the API has, although it has no others.
OF_SETTINGS = {"/settings/muted": "/muted-words", "/settings/articles/{number:int}/end": "/claims/{claim:str}"}


def twin(path: str) -> str:
    """The operation that does what a form does."""
    same = path.replace("/t/{", "/threads/{").replace("/c/{", "/comments/{")
    return V1 + (TWINS | OF_SETTINGS).get(path, same)


def test_every_form_has_its_twin_or_a_reason(app: Litestar) -> None:
    operations = {path for method in ("POST", "PUT", "PATCH", "DELETE") for path in routes(app, method)}
    forms = [path for path in routes(app, "POST") if not path.startswith("/api/")]
    without = [path for path in forms if twin(path) not in operations and not path.startswith(tuple(NOT_THERE))]
    assert without == []
    assert [path for path in NOT_THERE if not any(form.startswith(path) for form in forms)] == []
    assert [path for path in TWINS if path not in forms] == []
