"""Weights judged from their bytes: what format a file really is, what loading it could do, and how sure we are.

Bytes in, a verdict with evidence out. Nothing is loaded, unpickled, imported, rendered or written, and nothing else of
cardlint is imported: what is vetted and what is known to be dangerous is handed in.
"""
