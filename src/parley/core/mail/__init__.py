"""Mail: a row written with the change it tells of, and handed over by the worker once that is committed.

`send` is for a message to one address, which is sent again where nobody knows whether it arrived: a lost security mail
is worse than two. `post` is for a letter of a list to a member, of which a second copy is worse than none.
"""

from parley.core.mail.letters import ADDRESS, Letter, MailList, lists, post, post_all, send
from parley.core.mail.links import off_link
from parley.core.mail.sending import MOST_ATTEMPTS, deliver_due
from parley.core.mail.writing import written, written_html

__all__ = [
    "ADDRESS",
    "MOST_ATTEMPTS",
    "Letter",
    "MailList",
    "deliver_due",
    "lists",
    "off_link",
    "post",
    "post_all",
    "send",
    "written",
    "written_html",
]
