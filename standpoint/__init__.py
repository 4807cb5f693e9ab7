"""Standpoint tags news with the frames an article uses and its stance toward each actor."""
