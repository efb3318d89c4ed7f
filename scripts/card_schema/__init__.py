"""Readable tables from which `schemas/*-card.schema.json` is generated."""
