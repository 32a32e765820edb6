"""The wording of a guideline at the time of a decision."""

# For queries of decisions `d` and their guidelines `g`: the wording `w` that was replaced first after the decision.
FORMER_WORDING = """left join lateral (
    select title, text from guideline_wording
    where guideline = d.guideline and replaced_at > d.created_at order by replaced_at limit 1
) w on true"""
RULE_TITLE, RULE_TEXT = "coalesce(w.title, g.title)", "coalesce(w.text, g.text)"
