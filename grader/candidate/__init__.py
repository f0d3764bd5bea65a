"""Whatever answers calls on targets: a submission in its sandbox, or the reference here."""
