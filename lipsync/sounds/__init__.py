"""Sounds that people give: kept on disk at once, known by an id, never in a session.

rows      what the database knows of them
taking    what is done with a file that comes in: kept, made anew, held, refused
drawings  their waveforms, kept beside them
shelf     `SoundShelf`: add, derive, from a link, find
work      what takes long, done beside the pages, everybody in turn
cleaning  what nobody used is removed after a day
"""

from lipsync.sounds.rows import Piece, ShelfFull, Sound, SoundNotFound
from lipsync.sounds.shelf import LinkTaken, SoundShelf
from lipsync.sounds.work import SoundWork, TooMuchUnderWay

__all__ = [
    "LinkTaken",
    "Piece",
    "ShelfFull",
    "Sound",
    "SoundNotFound",
    "SoundShelf",
    "SoundWork",
    "TooMuchUnderWay",
]
