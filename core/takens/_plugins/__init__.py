"""How components are described, found and made; nothing here imports torch."""
