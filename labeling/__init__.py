"""The annotation loop: what to label next, out to Label Studio, back from it, and to one answer per article."""
