"""The present state of a member. A sanction ends exactly at its time, even if the row has not been updated yet."""

STATE_NOW = "case when state in ('silenced', 'suspended') and state_until <= now() then 'active' else state end"
# The others see why they may not sign in, once they have given the right password.
MAY_SIGN_IN = ("unverified", "active", "silenced")
# Members who left come back by signing in.
LEFT = "deactivated"
SIGNS_IN = f"({STATE_NOW}) in {MAY_SIGN_IN}"
# Once its time has come, an erasure may have begun, so nobody comes back. now() would be when the transaction began.
IS_KEPT = "(erase_at is null or erase_at > clock_timestamp())"
MAY_RETURN = f"((({STATE_NOW}) in {MAY_SIGN_IN} or state = '{LEFT}') and {IS_KEPT})"
KEEPS_ALL = "erase_words = false, erase_articles = false, erase_quotes = false"
REACTIVATE_MEMBER = f"""
update member set state = case when state = '{LEFT}' then coalesce(state_before, 'active') else state end,
  state_before = null, erase_at = null, {KEEPS_ALL}
where id = $1 and (state = '{LEFT}' or erase_at is not null) and {IS_KEPT}
"""  # noqa: S608 constants only
