"""The outside world of accounts: allauth, and the address a request came from."""
