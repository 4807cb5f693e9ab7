"""Proof: quality and speed on public data, through the product's own code paths."""
