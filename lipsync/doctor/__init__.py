"""Whether this installation works, on one page: `python -m lipsync.doctor`.

It changes nothing: no migration, no engine, no sandbox, no job; the database is only read, and
the service is only asked what is free of charge. No key and no password is ever printed.
"""
