"""Forms of accounts: they clean and write nothing."""
