"""Trained weights and what was counted in the training texts; see README.md."""
