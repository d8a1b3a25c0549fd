"""Models whose latent dynamics are a vector field."""
