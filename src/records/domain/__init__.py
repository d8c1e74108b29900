"""What is true: rules as pure functions over values; the standard library only."""
