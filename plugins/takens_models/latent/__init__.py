"""What models share: latent states, how they start and how they are observed."""
