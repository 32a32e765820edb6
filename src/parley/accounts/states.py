"""The present state of a member. A sanction ends exactly at its time, even if the row has not been updated yet."""

STATE_NOW = "case when state in ('silenced', 'suspended') and state_until <= now() then 'active' else state end"
# The others are told why they may not sign in, once they have given the right password.
MAY_SIGN_IN = ("unverified", "active", "silenced")
SIGNS_IN = f"({STATE_NOW}) in {MAY_SIGN_IN}"
