"""What the core asks of a component of each kind."""
