"""What is erased with an account, as SQL with the member's id as $1. docs/erasure.md explains what stays, and why."""

# Deleting a vote locks its comment, and so whoever votes on it or replies. So many take a tenth of a second.
MOST_VOTES = 200
SOME_VOTES = "id in (select id from vote where member = $1 and axis = '{}' order by comment limit $2)"
# Votes of agreement are opinions (GDPR, article 9), so they go. Votes of quality become anonymous counts. Both return
# how many were deleted; there may be more.
DELETE_VOTES = f"""
with gone as (
    delete from vote where {SOME_VOTES.format("quality")} returning comment, value, counted
), counters as (
    update comment c set base_ups = base_ups + (value = 1)::int, ups = ups - (value = 1)::int,
      base_downs = base_downs + (value = -1)::int, downs = downs - (value = -1)::int
    from gone where c.id = gone.comment and counted
)
select count(*) from gone
"""  # noqa: S608 constants only
DELETE_ANSWERS = f"""
with gone as (
    delete from vote where {SOME_VOTES.format("agreement")} returning comment, value, counted, wording
), counters as (
    update comment c set agrees = agrees - (value = 1)::int, disagrees = disagrees - (value = -1)::int,
      unsure = unsure - (value = 0)::int
    from gone where c.id = gone.comment and gone.counted and c.wording = gone.wording
)
select count(*) from gone
"""  # noqa: S608 constants only
# Sign-in, settings, what they read and follow, and drafts.
ROWS = (
    "delete from session where member = $1",
    "delete from token where member = $1",
    "delete from authenticator where member = $1",
    "delete from passkey where member = $1",
    "delete from factor_recovery where member = $1",
    "delete from former_name where member = $1",
    "delete from api_token where member = $1",
    "delete from embed_code where member = $1",
    "delete from first_comment where member = $1",
    "delete from address_change where member = $1",
    "delete from recovery_code where member = $1",
    "delete from identity where member = $1",
    "delete from invitation where member = $1",
    "delete from sign_up where member = $1",
    "update sign_up set inviter = null where inviter = $1",
    "delete from block where member = $1 or other = $1",
    "delete from visit where member = $1",
    "delete from follow where member = $1",
    "delete from topic_follow where member = $1",
    "delete from notification where member = $1",
    "delete from notification_preference where member = $1",
    "delete from quiet_hours where member = $1",
    "delete from issue_item where member = $1",
    "delete from issue where member = $1",
    "delete from subscription where member = $1",
    "delete from export where member = $1",
    "delete from claim where member = $1",
    "delete from imported_claim where member = $1",
    "delete from note where member = $1",
    "delete from saved_reason where moderator = $1",
    "delete from article_import where member = $1",
    """delete from notification n using suggested_update s
       where n.suggestion = s.id and s.member = $1 and s.state = 'waiting'""",
    "delete from suggested_update where member = $1 and state = 'waiting'",
    "update report set text = '' where reporter = $1 and state = 'resolved'",
    "delete from mail where member = $1 and state not in ('claimed', 'data')",
    """delete from mail using member m where m.id = $1 and lower(recipient) = lower(m.email)
       and mail.state not in ('claimed', 'data')""",
    "delete from mail_address using member m where m.id = $1 and address = lower(m.email)",
)
# The database lets only suspended and deactivated members be anonymised (schema.sql). A suspension that has ended
# meanwhile left the member active or silenced.
DEACTIVATE_MEMBER = "update member set state = 'deactivated' where id = $1 and state in ('active', 'silenced')"
# No member can have a name with spaces. `erase_words` stays: comments that moderators show later are deleted too
# (discussion/comments/states.py).
ANONYMISE_MEMBER = """
update member set state = 'anonymised', name = 'former member ' || id, name_key = 'former member ' || id,
  email = 'erased-' || id, email_key = 'erased-' || id, password_hash = null, role = 'member', staff_since = null,
  state_until = null, state_reason = '', state_before = null, title = '', bio = '', zone = 'UTC', has_feed = false,
  in_maps = false, erase_at = null, mentioned_as = '{}'
where id = $1
"""
