"""What everything stands on: descriptions and their fields, paths, refusals, where results come
from.
"""
