"""What state a member is in at this moment: a sanction is over exactly at its end, whatever the row still says."""

STATE_NOW = "case when state in ('silenced', 'suspended') and state_until <= now() then 'active' else state end"
# Those who may sign in. The others are told why, once they have proved who they are.
MAY_SIGN_IN = ("unverified", "active", "silenced")
SIGNS_IN = f"({STATE_NOW}) in {MAY_SIGN_IN}"
