"""Files become documents: text with a place for every character, what is known of its origin, sentences."""
