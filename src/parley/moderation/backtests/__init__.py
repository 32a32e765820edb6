"""Back-tests: running a rule against earlier comments, to show what it would have done and what it costs."""
