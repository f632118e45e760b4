"""Sound: what a file really is, whether it may be sent, what it looks like, and how to make it fit.

    kinds, sniff*  pure Python: what the bytes are and how long they last; opens and starts nothing
    look           the same of a file, reading no more of a big one than that takes
    limits, runner child processes under limits on memory, processor time, file size and wall time
    decoder        the child that decodes with pydub and measures levels
    check          `check_sound`: size, sniff, truthful header, decode in the child, levels
    words          verdicts and warnings as sentences
    waveform, fit  a picture of any sound; any sound made into a legal mp3
    links          a link looked at without letting anyone reach inside

Kept empty on purpose: the child imports this package and must start quickly.
"""
