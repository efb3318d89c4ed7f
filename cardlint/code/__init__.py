"""What code says without being run: a module per carrier of code."""
