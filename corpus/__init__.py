"""Articles in: whatever format they come in, read into records and grouped into stories."""
