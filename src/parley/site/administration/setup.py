"""What an admin does first on a new site, and whether it is done."""

import msgspec

from parley.discussion.threads.tables import Thread
from parley.people.community import queries as community
from parley.platform.settings import DEFAULT_NAME, settings
from parley.platform.text.messages import N_, Message
from parley.site.administration import texts


class Step(msgspec.Struct, frozen=True):
    """A step of setting up, `is_done` or not; `address` is where, if it is a page and no setting."""

    title: Message
    hint: Message
    is_done: bool
    address: str = ""


async def steps() -> list[Step]:
    """The five steps from an empty site to the first article, each of which can be left for later."""
    own, rules = settings(), await community.rules()
    written = await texts.current()
    return [
        Step(
            N_("Name the site"),
            N_("It is the setting PARLEY_NAME; now it is {name}.").format(name=own.name),
            own.name != DEFAULT_NAME,
        ),
        Step(
            N_("Let mail go out"),
            N_("Set PARLEY_SMTP_URL and PARLEY_MAIL_FROM: members confirm their address by mail."),
            own.smtp_url is not None,
        ),
        Step(
            N_("Set the rules, and who can sign up"),
            N_("The rules that come with the software apply until you write your own."),
            bool(rules.written),
            "/rules/edit",
        ),
        Step(
            N_("Say who runs the site"),
            N_("Write the page Contact, and in many countries an imprint. Read what Privacy says, and correct it."),
            "contact" in written or "imprint" in written,
            "#pages",
        ),
        Step(
            N_("Add the first article"),
            N_("Every thread begins with one. The topics of articles are set with the command parley topic."),
            await Thread.exists(),
            "/new",
        ),
    ]
