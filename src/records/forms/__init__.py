"""What a form asks: colander schemas by noun, and the table of verbs that screen, API and command share."""
