"""Everything the studio knows without a browser: requests, parents, sound, jobs and the upstream.

Nothing below this package imports Streamlit, and nothing in it but `lipsync.sandbox`
itself imports the sandbox.
"""
