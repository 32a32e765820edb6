"""Adding sites, and signing members in on them."""

import base64
import hashlib
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from parley.discussion.commenting.drafts import CheckResult, Draft
from parley.discussion.threads.tables import Topic
from parley.interfaces.embed import first_comments, rules
from parley.interfaces.embed.rules import SiteRow
from parley.interfaces.embed.tables import CommentSite, EmbedCode, Site
from parley.people.accounts import sessions, tokens, viewer_cache
from parley.people.accounts.tables import Session
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Refused
from parley.platform.settings import settings
from parley.platform.text.messages import N_

CODE_LASTS = timedelta(minutes=1)
REMOVED = N_("Discussions of this site are no longer shown here. Nothing was posted, and your text is kept.")


async def add_site(key: str, origins: Sequence[str], topic: str, provider: str = "") -> SiteRow:
    """Add a site, or change the one with this key. `provider` is the key of its own sign-in. Raises Refused."""
    checked = [rules.origin(origin) for origin in origins]
    if not rules.KEY.fullmatch(key):
        raise Refused(N_("The key of a site has up to 40 small letters, digits and hyphens."))
    if not checked or None in checked or any(_has_path(origin) for origin in origins):
        raise Refused(N_("An origin is the beginning of the site's addresses, such as https://news.example."))
    if not await Topic.exists().where(Topic.slug == topic):
        raise Refused(N_("There is no topic {topic}."), topic=topic)
    if provider and provider not in settings().providers:
        raise Refused(N_("There is no provider {provider} in PARLEY_PROVIDERS."), provider=provider)
    new = Site(key=key, origins=checked, topic=topic, provider=provider)
    changed = [Site.origins, Site.topic, Site.provider]
    await Site.insert(new).on_conflict(target=Site.key, action="DO UPDATE", values=changed)
    return SiteRow(key, [origin for origin in checked if origin], topic, provider)


def _has_path(address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.path.strip("/") or parts.query or parts.fragment or parts.username)


async def remove_site(key: str) -> bool:
    """Remove a site and end all sign-ins on it. Comments stay. Return False if there is none.

    First comments that wait for the worker are no longer posted.
    """
    async with db.atomic():
        await Session.delete().where(Session.site == key)
        removed = await Site.delete().where(Site.key == key).returning(Site.key)
        await first_comments.fail_of_site(key, REMOVED)
        viewer_cache.clear_after_commit()
    return bool(removed)


async def allow(viewer: Viewer, site: SiteRow, challenge: str) -> str:
    """Return a code with which the frame that made `challenge` signs `viewer` in on `site`, once, within a minute."""
    code = tokens.new()
    new = EmbedCode(
        token_hash=tokens.digest(code),
        site=site.key,
        member=viewer.id,
        challenge=challenge,
        expires_at=tokens.from_now(CODE_LASTS),
    )
    await EmbedCode.insert(new)
    return code


async def sign_in(site: SiteRow, code: str, verifier: str, *, agent: str, address: str) -> str:
    """Exchange a code for a session on `site`, and return its token. Raises Refused for any other code."""
    valid = (
        EmbedCode.token_hash == tokens.digest(code),
        EmbedCode.site == site.key,
        EmbedCode.challenge == challenge_of(verifier),
        EmbedCode.expires_at > db.NOW,
    )
    async with db.atomic():
        allowed = await EmbedCode.delete().where(*valid).returning(EmbedCode.member)
        if not allowed:
            raise Refused(N_("This sign-in took too long. Please sign in again."))
        return await sessions.start(allowed[0]["member"], "member", agent=agent, address=address, site=site.key)


def challenge_of(verifier: str) -> str:
    """Return the challenge for a verifier (PKCE, RFC 7636, method S256)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


async def note_site(draft: Draft) -> CheckResult | None:
    """Record the site on which a comment was written, for moderators."""
    site = draft.site
    if site is None:
        return None

    async def after(comment: int) -> None:
        await CommentSite.insert(CommentSite(comment=comment, site=site))

    return CheckResult(after=after)
