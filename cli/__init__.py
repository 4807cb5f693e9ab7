"""The standpoint command: one file a verb."""
