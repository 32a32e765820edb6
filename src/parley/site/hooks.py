"""Connects features that act inside each other's transactions, since imports go one way."""

from parley.discussion.commenting import drafts
from parley.discussion.comments import anchor_moves, anchor_outcomes
from parley.discussion.kept import jobs as kept
from parley.discussion.slow_mode import display
from parley.discussion.statements import web as statements_web
from parley.discussion.thesis import ops as theses
from parley.discussion.threads import comment_outcomes, opening, reading, updating
from parley.discussion.threads import ops as threads
from parley.discussion.votes import ops as votes
from parley.interfaces.api import tokens, tokens_web
from parley.interfaces.embed import ops as embed
from parley.interfaces.pages import decision
from parley.interfaces.webhooks import ops as webhooks
from parley.letters.authors import web as authors_web
from parley.letters.digests import mailing as digest_mailing
from parley.letters.digests import ops as digests
from parley.letters.digests import web as digests_web
from parley.letters.notifications import mailing, mutes_web
from parley.letters.notifications import ops as notifications
from parley.letters.notifications import web as notifications_web
from parley.moderation.appeals import web as appeals
from parley.moderation.automod import checks, edits
from parley.moderation.decisions import asking, letters
from parley.moderation.decisions import ops as decisions
from parley.moderation.decisions import profiles as removed_profiles
from parley.moderation.matching import current
from parley.moderation.modqueue import kinds
from parley.moderation.raids import ops as raids
from parley.moderation.reports import ops as reports
from parley.moderation.rights import ops as rights
from parley.moderation.rooms import writing
from parley.moderation.signups import ops as signups
from parley.moderation.signups import queries as signup_terms
from parley.moderation.signups import web as signups_web
from parley.moderation.statements import ops as statements
from parley.own_data.comment_claims import web as comment_claims_web
from parley.own_data.erasure import ops as erasure
from parley.own_data.erasure import sanctioned
from parley.own_data.erasure import web as erasure_web
from parley.own_data.exports import web as exports_web
from parley.people import mail
from parley.people.account_settings import sections
from parley.people.account_settings.web import settings as account
from parley.people.accounts import hooks as accounts
from parley.people.sso import ops as sso
from parley.people.sso.links import LINKS as SSO_LINKS


def connect() -> None:
    """Fill the features' lists of callbacks. Every process calls it before its first transaction."""
    kinds.kinds[:] = [
        appeals.APPEALS,
        appeals.PROPOSALS,
        signups_web.SIGNUPS,
        kinds.UPDATES,
        authors_web.CLAIMS,
        comment_claims_web.CLAIMS,
        appeals.SECOND_LOOKS,
    ]
    sections.sections[:] = [
        account.NAME,
        account.ABOUT,
        account.LANGUAGE,
        authors_web.ARTICLES,
        signups_web.INVITATIONS,
        digests_web.ALL_MAIL,
        notifications_web.CHANNELS,
        digests_web.SCHEDULE,
        digests_web.PREVIEW,
        notifications_web.TOPICS,
        notifications_web.QUIET_HOURS,
        notifications_web.FOLLOWING,
        mutes_web.MUTED,
        account.SESSIONS,
        account.PASSWORD,
        account.SECOND,
        account.PASSKEYS,
        SSO_LINKS,
        tokens_web.TOKENS,
        account.MAPS,
        account.FEED,
        exports_web.EXPORT,
        comment_claims_web.IMPORTED,
        decision.DECISIONS,
        erasure_web.LEAVE,
    ]
    accounts.terms_of[:] = [signup_terms.terms]
    accounts.when_signed_up[:] = [signups.admit]
    accounts.must_wait[:] = [sanctioned.refuse, signups.request_approval]
    accounts.when_verified[:] = [votes.count_votes_of_member, theses.count_answers_of_member, digests.subscribe]
    accounts.when_sessions_end[:] = [tokens.end_all]
    accounts.when_address_undone[:] = [sso.disconnect_since]
    accounts.before_profile[:] = [removed_profiles.check, checks.check_profile]
    accounts.is_removed_name[:] = [removed_profiles.is_removed_name]
    accounts.where_to_appeal[:] = [letters.where_to_appeal]
    accounts.where_to_leave[:] = [erasure.leave_address]
    opening.before_open[:] = [writing.check_open]
    opening.set_thesis[:] = [theses.put]
    threads.after_revise[:] = [anchor_moves.after_revise, kept.after_revise]
    comment_outcomes.outcomes_of[:] = [anchor_outcomes.outcomes_of]
    comment_outcomes.place_by_hand[:] = [anchor_outcomes.place]
    reading.after_visit[:] = [notifications.mark_revised_read]
    reading.after_read[:] = [notifications.mark_read_about]
    updating.when_changed[:] = [notifications.notify_suggested]
    updating.when_seen[:] = [notifications.read_update]
    statements_web.propose_to_author[:] = [statements.propose]
    statements.when_proposed[:] = [notifications.proposed_statement]
    reports.after_confirmed[:] = [rights.notify_starter]
    letters.after_letters[:] = [notifications.notify_decided]
    decisions.after_decision[:] = [current.forget_after_commit]
    raids.after_change[:] = [webhooks.queue_raid]
    drafts.before_post[:] = [writing.check, raids.check, checks.check, embed.note_site]
    drafts.before_edit[:] = [writing.check_edit, raids.check_edit, edits.check, asking.check]
    drafts.wait_of[:] = [display.wait_of, checks.wait_of, writing.wait_of, raids.wait_of]
    mail.lists[digest_mailing.MAIL_LIST.name] = digest_mailing.MAIL_LIST
    mail.lists[mailing.MAIL_LIST.name] = mailing.MAIL_LIST
