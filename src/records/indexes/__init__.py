"""What can be found: unique keys, work lists, the change feed, and full text read from the feed."""
