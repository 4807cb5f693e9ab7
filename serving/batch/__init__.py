"""Batch scoring: any number of articles to tables in a folder, each exactly once, however often it is interrupted."""
