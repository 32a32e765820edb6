"""What one feature must do inside another's transaction is handed over here, since imports go one way."""

from parley.accounts import hooks as accounts
from parley.articles.importing import exact
from parley.comments import anchors, waits
from parley.comments import ops as comments
from parley.core import mail
from parley.core.mail.coming import sns
from parley.digests import ops as digests
from parley.digests import reviewing
from parley.moderation import letters
from parley.moderation.engine import checks, edits, slowed
from parley.notices import mailing
from parley.notices import ops as notices
from parley.threads import ops as threads
from parley.threads import updating
from parley.votes import ops as votes


def connect() -> None:
    """Fill the features' lists of what happens in their transactions; every process does so before its first."""
    accounts.when_verified[:] = [votes.count_waiting, digests.subscribe]
    accounts.where_to_appeal[:] = [letters.where_to_appeal]
    threads.after_revise[:] = [anchors.find_again]
    threads.after_visit[:] = [notices.read_on_page]
    updating.when_changed[:] = [notices.suggested]
    updating.when_seen[:] = [notices.read_update]
    letters.when_told[:] = [notices.decided]
    comments.before_post[:] = [checks.check]
    comments.before_edit[:] = [edits.check]
    waits.wait_of[:] = [slowed.wait_of, checks.wait_of]
    sns.fetching[:] = [exact.fetched]
    mail.lists[reviewing.LIST.name] = reviewing.LIST
    mail.lists[mailing.LETTERS.name] = mailing.LETTERS
