"""What was done to data before a model saw them."""
