"""How grave a guideline can be."""

from parley.core.text.messages import N_

# A report's weight is multiplied by the severity. From SENSITIVE on, reported words are hidden until somebody asks.
SEVERITIES = {
    "0.5": N_("Light"),
    "1": N_("Usual"),
    "3": N_("Serious"),
    "5": N_("Grave: moderators see the words only if they choose to"),
}


def severity_key(severity: float) -> str:
    """The key in SEVERITIES of a stored severity."""
    return f"{severity:g}"
