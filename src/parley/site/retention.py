"""All retention rules, and the job that applies them."""

from parley.articles.articles import retention as articles
from parley.discussion.comments import retention as comments
from parley.discussion.opinion_map import retention as maps
from parley.discussion.threads import retention as threads
from parley.discussion.votes import retention as votes
from parley.interfaces.api import retention as api
from parley.interfaces.embed import retention as embed
from parley.interfaces.feeds import retention as feeds
from parley.interfaces.inbound_feeds import retention as inbound_feeds
from parley.interfaces.search import retention as search
from parley.interfaces.webhooks import retention as webhooks
from parley.interfaces.webmentions import retention as webmentions
from parley.letters.authors import retention as authors
from parley.letters.digests import retention as digests
from parley.letters.notifications import retention as notifications
from parley.moderation.appeals import retention as appeals
from parley.moderation.automod import retention as automod
from parley.moderation.backtests import retention as backtests
from parley.moderation.decisions import retention as decisions
from parley.moderation.guidelines import retention as guidelines
from parley.moderation.modlog import retention as modlog
from parley.moderation.modmembers import retention as modmembers
from parley.moderation.reports import retention as reports
from parley.moderation.rights import retention as rights
from parley.moderation.rings import retention as rings
from parley.moderation.signups import retention as signups
from parley.moderation.statements import retention as statements
from parley.own_data.comment_claims import retention as imported
from parley.own_data.exports import retention as exports
from parley.people.accounts import retention as accounts
from parley.people.community import retention as community
from parley.people.mail import retention as mail
from parley.people.sso import retention as sso
from parley.platform.events import attempts
from parley.platform.retention import Kept, platform, remove_expired_files, remove_expired_rows

FEATURES = (
    accounts,
    sso,
    signups,
    community,
    articles,
    threads,
    comments,
    imported,
    votes,
    maps,
    statements,
    reports,
    guidelines,
    rights,
    decisions,
    automod,
    backtests,
    appeals,
    modmembers,
    rings,
    modlog,
    notifications,
    authors,
    search,
    digests,
    feeds,
    inbound_feeds,
    embed,
    exports,
    api,
    webhooks,
    webmentions,
    mail,
    platform,
)
RULES = tuple(rule for feature in FEATURES for rule in feature.RULES)
KEPT: Kept = {table: why for feature in FEATURES for table, why in feature.KEPT.items()}
FILES = mail.FILES


async def remove_expired() -> int:
    """Delete expired rows and files, and return their number. If one rule fails, the others are still applied."""
    rows = await attempts.each(
        "retention", RULES, remove_expired_rows, key=lambda rule: rule.name, in_transaction=False
    )
    files = await attempts.each(
        "retention", FILES, remove_expired_files, key=lambda expired: expired.what, in_transaction=False
    )
    return sum(rows) + sum(files)
