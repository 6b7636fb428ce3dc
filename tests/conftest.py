"""What every test stands on: real PostgreSQL, two roles, no network, and skips that count."""

pytest_plugins = [
    "tests.fixtures.database",
    "tests.fixtures.server",
    "tests.fixtures.browser",
    "tests.fixtures.reckoning",
    "tests.fixtures.network",
    "tests.fixtures.phone",
]
