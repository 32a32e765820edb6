"""All route handlers by feature."""

from parley.articles.imports import pdf_web
from parley.articles.imports import web as articles
from parley.discussion.commenting import edit_web, translation_web
from parley.discussion.commenting import web as comments
from parley.discussion.kept import web as kept
from parley.discussion.statements import web as statements
from parley.discussion.suggestions import web as suggestions
from parley.discussion.thesis import web as thesis
from parley.discussion.threads import revision_web
from parley.discussion.threads import web as threads
from parley.discussion.votes import web as votes
from parley.interfaces.api import reference_web as api_reference
from parley.interfaces.api import tokens_web as api_tokens
from parley.interfaces.api import web as api
from parley.interfaces.api.discussion import downloads_web as api_thread
from parley.interfaces.embed import first_web, login_web, panel_web
from parley.interfaces.embed import web as embed
from parley.interfaces.feeds import machines, oembed, pictures, sitemap
from parley.interfaces.feeds import web as feeds
from parley.interfaces.inbound_feeds import web as inbound_feeds
from parley.interfaces.live import web as live
from parley.interfaces.pages import (
    cards,
    discussion,
    display,
    home,
    language,
    moderation_counts,
    opinion_map,
    profile,
    thread,
)
from parley.interfaces.pages import decision as reasons
from parley.interfaces.pages import web as pages
from parley.interfaces.search import web as search
from parley.interfaces.webhooks import web as webhooks_web
from parley.letters.authors import web as authors
from parley.letters.digests import web as digests
from parley.letters.for_you import web as for_you
from parley.letters.notifications import mutes_web as mutes
from parley.letters.notifications import web as notifications
from parley.moderation.appeals import web as appeals
from parley.moderation.automod import web as automod
from parley.moderation.dashboard import web as dashboard
from parley.moderation.decisions import web as decisions
from parley.moderation.guidelines import web as guidelines
from parley.moderation.modlog import web as modlog
from parley.moderation.modmembers import decided_web
from parley.moderation.modmembers import web as modmembers
from parley.moderation.modqueue import web as modqueue
from parley.moderation.modrules import web as rules
from parley.moderation.raids import web as raids
from parley.moderation.reports import web as reports
from parley.moderation.rights import web as rights
from parley.moderation.rings import web as rings
from parley.moderation.rooms import web as rooms
from parley.moderation.signups import web as signups
from parley.moderation.statements import web as deck
from parley.own_data.comment_claims import web as comment_claims
from parley.own_data.erasure import web as erasure
from parley.own_data.exports import web as exports
from parley.people.account_settings import web as accounts
from parley.people.community import web as community
from parley.people.inbound_mail import webhooks
from parley.people.mail import web as mailbox
from parley.people.sso import web as sso
from parley.platform.http import assets, health
from parley.site.administration import web as administration

FEATURES = (
    accounts,
    sso,
    signups,
    community,
    articles,
    pdf_web,
    home,
    pages,
    threads,
    revision_web,
    suggestions,
    thread,
    opinion_map,
    discussion,
    display,
    language,
    comments,
    edit_web,
    translation_web,
    automod,
    profile,
    cards,
    votes,
    statements,
    thesis,
    kept,
    deck,
    decisions,
    guidelines,
    reports,
    rights,
    modqueue,
    moderation_counts,
    reasons,
    appeals,
    modmembers,
    decided_web,
    rings,
    raids,
    rooms,
    modlog,
    dashboard,
    rules,
    notifications,
    mutes,
    authors,
    search,
    for_you,
    digests,
    feeds,
    sitemap,
    machines,
    oembed,
    pictures,
    inbound_feeds,
    embed,
    panel_web,
    first_web,
    login_web,
    exports,
    comment_claims,
    erasure,
    live,
    api_reference,
    api_tokens,
    api_thread,
    api,
    webhooks_web,
    administration,
)
PLATFORM = (assets, health, mailbox, webhooks)
