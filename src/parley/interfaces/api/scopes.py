"""What a token may do besides reading."""

from parley.platform.errors import Forbidden
from parley.platform.http.access import AnyRequest
from parley.platform.text.messages import N_, Message

COMMENT, VOTE, ARTICLE, FOLLOW, MODERATE = "comment", "vote", "article", "follow", "moderate"
SCOPES: dict[str, Message] = {
    COMMENT: N_("Post, edit, delete, restore and report comments, and appeal decisions"),
    VOTE: N_("Vote, answer statements, and read my own votes and answers"),
    ARTICLE: N_("Add, edit and claim articles, and suggest changes to them"),
    FOLLOW: N_("Follow, mute and block, and read my notifications and what is unread"),
    MODERATE: N_("Read the moderation queue and decide, as far as I may"),
}


def require(request: AnyRequest, scope: str) -> None:
    """Raise Forbidden unless the token of the request has `scope`."""
    scopes: frozenset[str] = request.scope.get("api_scopes", frozenset())  # type: ignore[assignment]
    if scope not in scopes:
        raise Forbidden(
            N_("This token lacks the scope “{scope}”. Create a token with it under Settings, Tokens."), scope=scope
        )
