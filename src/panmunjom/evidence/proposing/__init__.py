"""Sentences become proposed claims, by rules and by word lists that are data (``lexicons``, one file a language)."""
