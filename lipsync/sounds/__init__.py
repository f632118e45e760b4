"""Sounds that people give: kept on disk at once, known by an id, never in a session.

rows      what the database knows of them
taking    what is done with a file that comes in: kept, made anew, held, refused
shelf     `SoundShelf`: add, derive, from a link, find
cleaning  what nobody used is removed after a day
"""

from lipsync.sounds.rows import Piece, ShelfFull, Sound, SoundNotFound
from lipsync.sounds.shelf import LinkTaken, SoundShelf

__all__ = ["LinkTaken", "Piece", "ShelfFull", "Sound", "SoundNotFound", "SoundShelf"]
