"""Labelled results on disk, chunk by chunk: resumed where they stopped, checked before they are believed."""

from sigspike.store.arrays import NAME as NAME
from sigspike.store.arrays import Region as Region
from sigspike.store.arrays import Regions as Regions
from sigspike.store.arrays import Variable as Variable
from sigspike.store.description import described as described
from sigspike.store.description import differences as differences
from sigspike.store.reading import read as read
from sigspike.store.writing import Store as Store
