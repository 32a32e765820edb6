"""All route handlers by feature."""

from parley.accounts import web as accounts
from parley.api import reference_web as api_reference
from parley.api import thread_web as api_thread
from parley.api import tokens_web as api_tokens
from parley.api import web as api
from parley.appeals import second_look_web
from parley.appeals import web as appeals
from parley.articles import encoding_web as encodings
from parley.articles import web as articles
from parley.authors import confirm_web
from parley.authors import web as authors
from parley.automod import web as automod
from parley.comments import edit_web
from parley.comments import web as comments
from parley.community import web as community
from parley.core.http import assets
from parley.core.observability import health
from parley.dashboard import mail_web, transparency_web
from parley.dashboard import web as dashboard
from parley.decisions import web as decisions
from parley.digests import web as digests
from parley.embed import first_web, login_web, panel_web
from parley.embed import web as embed
from parley.erasure import web as erasure
from parley.exports import web as exports
from parley.feeds import oembed, pictures, sitemap
from parley.feeds import web as feeds
from parley.guidelines import web as guidelines
from parley.imported import web as imported
from parley.inbound_feeds import callback_web
from parley.inbound_feeds import web as inbound_feeds
from parley.live import web as live
from parley.mail import web as mailbox
from parley.mail.inbound import webhooks
from parley.modlog import web as modlog
from parley.modmembers import web as modmembers
from parley.modqueue import web as modqueue
from parley.modrules import web as rules
from parley.notifications import web as notifications
from parley.pages import (
    cards,
    discussion,
    display,
    home,
    how,
    moderation_counts,
    perspectives_overview,
    profile,
    security_txt,
    statement,
    thread,
)
from parley.reports import web as reports
from parley.rights import answer_web as rights_answer
from parley.rights import web as rights
from parley.rings import web as rings
from parley.search import web as search
from parley.signups import web as signups
from parley.sso import links_web as sso_links
from parley.sso import web as sso
from parley.statements import answer_web, curating_web
from parley.statements import web as statements
from parley.threads import correction_web, publish_web, revise_web, revision_web, suggestion_web
from parley.threads import web as threads
from parley.unread import web as unread
from parley.votes import web as votes
from parley.webhooks import web as webhooks_web

FEATURES = (
    accounts,
    sso,
    sso_links,
    signups,
    community,
    articles,
    encodings,
    home,
    how,
    threads,
    publish_web,
    revise_web,
    revision_web,
    correction_web,
    suggestion_web,
    thread,
    perspectives_overview,
    discussion,
    display,
    comments,
    edit_web,
    automod,
    profile,
    security_txt,
    cards,
    votes,
    statements,
    answer_web,
    curating_web,
    decisions,
    guidelines,
    reports,
    rights,
    rights_answer,
    modqueue,
    moderation_counts,
    statement,
    appeals,
    second_look_web,
    modmembers,
    rings,
    modlog,
    mail_web,
    dashboard,
    transparency_web,
    rules,
    notifications,
    authors,
    confirm_web,
    search,
    unread,
    digests,
    feeds,
    sitemap,
    oembed,
    pictures,
    inbound_feeds,
    callback_web,
    embed,
    panel_web,
    first_web,
    login_web,
    exports,
    imported,
    erasure,
    live,
    api_reference,
    api_tokens,
    api_thread,
    api,
    webhooks_web,
)
PLATFORM = (assets, health, mailbox, webhooks)
