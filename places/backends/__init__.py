"""Files of places that other bodies publish."""
