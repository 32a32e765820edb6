"""Who may claim an article, what proves it, and who decides where nothing does."""

import re
import unicodedata
from pathlib import Path

from parley.articles.articles.addresses import registered_domain
from parley.people.accounts.viewer import Viewer
from parley.platform.errors import Forbidden, Refused
from parley.platform.http.access import MODERATOR, refuse_unverified, require_write_allowed
from parley.platform.text.hosts import bare_host
from parley.platform.text.messages import N_
from parley.platform.text.normal_forms import normalize

MOST_OPEN = 3
# If the proof is missing in this many monthly checks in a row, the claim ends: a page may be down for a while.
MOST_MISSES = 2
LONGEST_REPLY = 2_000

# Anybody can have an address there, so it proves nothing, even about the articles of the provider itself.
FREE_MAIL = frozenset(Path(__file__).with_name("free_mail.txt").read_text(encoding="utf-8").split())
# Sites with a page for everybody, without an entry in the public suffix list: an address there proves nothing.
SHARED_SITES = frozenset({"substack.com", "medium.com", "wordpress.com", "tumblr.com", "ghost.io", "linkedin.com"})


def is_at_domain(email: str, url: str) -> bool:
    """Whether an address is at the domain of an article, and not everybody can have such an address."""
    domain = registered_domain(email.rpartition("@")[2].lower())
    return bool(domain) and domain == registered_domain(bare_host(url)) and domain not in FREE_MAIL | SHARED_SITES


def is_in_byline(email: str, byline: str | None) -> bool:
    """Whether the local part of an address is the first and the last name of somebody in a byline."""
    local = set(re.split(r"[._-]+", _fold(email.partition("@")[0])))
    names = [_fold(name).replace("-", " ").split() for name in (byline or "").split(",")]
    return any(len(name) > 1 and local == {name[0], name[-1]} for name in names)


def _fold(text: str) -> str:
    plain = normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def require_claim_allowed(viewer: Viewer) -> None:
    require_write_allowed(viewer)
    if not viewer.verified:
        refuse_unverified(viewer)


def require_decision_allowed(viewer: Viewer, *, is_publisher: bool, claimant: int) -> None:
    """Raise Forbidden for all but moderators and those who speak for the publisher, and in one's own case."""
    if viewer.id == claimant or not (is_publisher or viewer.access >= MODERATOR):
        raise Forbidden(N_("A moderator or the publisher has to decide this."))


def require_pin_allowed(body: str, state: str, *, is_author: bool, is_own: bool, is_root: bool) -> None:
    """Raise unless an article's author pins a visible top-level comment of their own that is not too long."""
    if not is_author or not is_own:
        raise Forbidden(N_("Only the author of this article can pin a reply, and only one of their own."))
    if state != "visible" or not is_root:
        raise Refused(N_("Only a comment on the article can be pinned, not a reply to somebody."))
    if len(body) > LONGEST_REPLY:
        raise Refused(N_("A pinned reply may have {most} characters. Please shorten it first."), most=LONGEST_REPLY)
