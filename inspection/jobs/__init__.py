"""Work to do after commit, claimed and retried from a table in the same database."""
