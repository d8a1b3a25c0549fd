"""Methods, each with its tableau."""
