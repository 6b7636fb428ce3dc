"""Verbs of accounts: one transaction each, with the row that says who did what."""
