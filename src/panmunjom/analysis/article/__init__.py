"""An article put to the test: its proposals are matched to a case, become a view, and are judged."""
