"""Checks: small pure functions, located values in, problems out; one module per family of facts.

The positional parameters are what the rule's `given` names, the keyword-only ones its options. A check may be a
generator; it never reads, prints or remembers anything.
"""
