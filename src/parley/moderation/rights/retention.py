"""How long requests about rights are kept."""

from parley.platform.retention import Kept, RetentionRule

RULES: tuple[RetentionRule, ...] = ()
KEPT: Kept = {
    "rights_request": "what a decision answered; the name and the address of who sent it are deleted with the report's",
}
