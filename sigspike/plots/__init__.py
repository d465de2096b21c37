"""Shared drawing: a labelled dataset in, axes out; nothing is computed here."""
