"""Statements: a comment in one sentence, which members are asked to agree or disagree with."""
