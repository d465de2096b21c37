"""Shared drawing: a labelled dataset in, axes out."""
