"""The documentation site: Markdown for the generator, made of rule cards, policies, schemas, vocabularies and docs."""
