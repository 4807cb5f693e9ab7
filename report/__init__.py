"""What an analyst hands on: agreement and, later, shares over time as pages and tables."""
