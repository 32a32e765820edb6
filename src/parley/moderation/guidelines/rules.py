"""How serious a guideline can be, and to which categories of the DSA Transparency Database it can belong."""

from parley.platform.text.messages import N_

# A report's weight is multiplied by the severity. From SENSITIVE on, reported words are hidden until somebody asks.
SEVERITIES = {
    "0.5": N_("Minor"),
    "1": N_("Normal"),
    "3": N_("Serious"),
    "5": N_("Grave: moderators see the words only if they choose to"),
}

# The categories of statements of reasons (version 2), without the prefix that all have in the database.
PREFIX = "STATEMENT_CATEGORY_"
# What a saved reason may carry: what to do, and with the author.
SAVED_ACTIONS = {"remove": N_("Remove"), "collapse": N_("Collapse"), "ask": N_("Ask to edit")}
SAVED_SANCTIONS = {
    "warn": N_("Warn the author"),
    "silence": N_("Silence the author"),
    "suspend": N_("Suspend the author"),
}
CATEGORIES = {
    "ANIMAL_WELFARE": N_("Animal welfare"),
    "CONSUMER_INFORMATION": N_("Consumer information"),
    "CYBER_VIOLENCE": N_("Cyber violence"),
    "CYBER_VIOLENCE_AGAINST_WOMEN": N_("Cyber violence against women"),
    "DATA_PROTECTION_AND_PRIVACY_VIOLATIONS": N_("Data protection and privacy violations"),
    "ILLEGAL_OR_HARMFUL_SPEECH": N_("Illegal or harmful speech"),
    "INTELLECTUAL_PROPERTY_INFRINGEMENTS": N_("Intellectual property infringements"),
    "NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS": N_("Negative effects on civic discourse or elections"),
    "NOT_SPECIFIED_NOTICE": N_("Type of alleged illegal content not specified by the notifier"),
    "OTHER_VIOLATION_TC": N_("Other violation of the provider's terms and conditions"),
    "PROTECTION_OF_MINORS": N_("Protection of minors"),
    "RISK_FOR_PUBLIC_SECURITY": N_("Risk for public security"),
    "SCAMS_AND_FRAUD": N_("Scams and fraud"),
    "SELF_HARM": N_("Self-harm"),
    "UNSAFE_AND_PROHIBITED_PRODUCTS": N_("Unsafe, non-compliant or prohibited products"),
    "VIOLENCE": N_("Violence"),
}


def severity_key(severity: float) -> str:
    """The key in SEVERITIES of a stored severity."""
    return f"{severity:g}"
