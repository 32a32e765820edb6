"""Formulas of articles: found as MathML or TeX, and written as MathML from an allow-list."""
