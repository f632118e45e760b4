"""The front door: `streamlit run app.py`.

Makes the studio when the server starts and stops it when the server stops, and puts the
HTTP routes beside the pages. The pages themselves begin in `components/shell.py`.
"""

from __future__ import annotations

from pathlib import Path

from starlette.middleware import Middleware
from streamlit.starlette import App

from components.breakdown import on_script_error
from components.routes import ROUTES
from components.security import SecurityHeaders
from components.server import lifespan

ROOT = Path(__file__).resolve().parent

app = App(
    ROOT / "components" / "shell.py",
    routes=ROUTES,
    lifespan=lifespan,
    middleware=[Middleware(SecurityHeaders)],
    on_script_error=on_script_error,
)
