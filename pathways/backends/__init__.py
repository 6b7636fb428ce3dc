"""The outside world, as pathways meets it."""
