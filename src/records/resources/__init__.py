"""What exists: small persistent classes and the traversal tree; no rule, no input or output."""
