"""What everything stands on: descriptions, their fields and paths, refusals, provenance."""
