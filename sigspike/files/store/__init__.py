"""Labelled results on disk: resumed where they stopped, checked before they are believed."""

from sigspike.files.store.arrays import NAME as NAME
from sigspike.files.store.arrays import Region as Region
from sigspike.files.store.arrays import Regions as Regions
from sigspike.files.store.arrays import Variable as Variable
from sigspike.files.store.description import described as described
from sigspike.files.store.description import differences as differences
from sigspike.files.store.ledger import Ledger as Ledger
from sigspike.files.store.reading import read as read
from sigspike.files.store.writing import Store as Store
