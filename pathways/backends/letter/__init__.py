"""Letters on paper: the outside world is a typesetter and its fonts, both built in. Nothing is fetched, nothing leaves the house."""
