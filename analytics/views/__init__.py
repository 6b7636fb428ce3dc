"""The board and its figures, as pages and as files."""
