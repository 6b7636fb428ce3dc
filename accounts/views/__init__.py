"""Pages of accounts: each loads, asks the rule, calls one service."""
