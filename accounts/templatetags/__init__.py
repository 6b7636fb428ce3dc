"""What every page is told about who reads it."""
