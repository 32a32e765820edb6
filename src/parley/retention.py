"""All retention rules, and the job that applies them."""

from parley.accounts import retention as accounts
from parley.api import retention as api
from parley.appeals import retention as appeals
from parley.articles import retention as articles
from parley.authors import retention as authors
from parley.automod import retention as automod
from parley.backtests import retention as backtests
from parley.comments import retention as comments
from parley.community import retention as community
from parley.core.events import attempts
from parley.core.retention import Kept, platform, remove_expired_files, remove_expired_rows
from parley.decisions import retention as decisions
from parley.digests import retention as digests
from parley.embed import retention as embed
from parley.exports import retention as exports
from parley.feeds import retention as feeds
from parley.guidelines import retention as guidelines
from parley.imported import retention as imported
from parley.inbound_feeds import retention as inbound_feeds
from parley.mail import retention as mail
from parley.maps import retention as maps
from parley.modlog import retention as modlog
from parley.modmembers import retention as modmembers
from parley.notifications import retention as notifications
from parley.reports import retention as reports
from parley.rights import retention as rights
from parley.rings import retention as rings
from parley.search import retention as search
from parley.signups import retention as signups
from parley.sso import retention as sso
from parley.statements import retention as statements
from parley.threads import retention as threads
from parley.votes import retention as votes
from parley.webhooks import retention as webhooks
from parley.webmentions import retention as webmentions

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
