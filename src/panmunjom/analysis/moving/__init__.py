"""What moved between two runs of a case, and which claim, figure, equation or option moved it."""
