"""Many repositories in one run: what to ask for, in which order, what became of each, and what is new since the last time."""
