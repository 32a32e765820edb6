"""What a browser calls itself, in words: "Firefox on Linux"."""

import re

from parley.platform.text.messages import N_, Message, verbatim

# The first that occurs counts: browsers also name the browsers that they descend from.
BROWSERS = {"Firefox/": "Firefox", "Edg/": "Edge", "OPR/": "Opera", "Chrome/": "Chrome", "Safari/": "Safari"}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "Mac",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


def device(agent: str) -> Message:
    """Describe a User-Agent header, such as "Firefox on Linux"."""
    browser = next((name for mark, name in BROWSERS.items() if mark in agent), None)
    system = next((name for mark, name in SYSTEMS.items() if mark in agent), None)
    if browser and system:
        return N_("{browser} on {system}").format(browser=browser, system=system)
    known = browser or system or re.split(r"[/ (]", agent, maxsplit=1)[0]
    return verbatim(known) if known else N_("Unknown browser")
