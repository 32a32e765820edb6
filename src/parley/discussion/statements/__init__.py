"""Statements: comments in one sentence, which members are asked to agree or disagree with."""
