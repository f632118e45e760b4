"""New video: say what should be seen, and perhaps what it should say; send it."""

from __future__ import annotations

import streamlit as st

from lipsync.i18n import t

st.title(t("Make a new video"))
