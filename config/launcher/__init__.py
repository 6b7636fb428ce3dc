"""One command starts everything: the environment, PostgreSQL, the broker, the front end, then web, worker and beat."""
