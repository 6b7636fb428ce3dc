"""Tags that draw what pathways' queries found."""
