"""The command line: ``sigspike reproduce | run | sweep | check | images``."""
