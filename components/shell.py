"""The frame of every page: its settings, the log-in, the navigation. No page runs without it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import streamlit as st

from components.notices import accounts_notice
from components.person import choose_language, may_enter
from components.places import NAMES, PageEnds, note, page, say_address_again
from components.style import STYLE
from lipsync.i18n import t
from lipsync.studio import current

# Ours, because a Material icon here would be fetched from another host.
ICON = Path(__file__).with_name("icon.png")

st.set_page_config(page_title="Lip-sync studio", page_icon=ICON, layout="wide")
choose_language()
st.html(STYLE)

if not may_enter():
    st.stop()

chosen = st.navigation([page(name) for name in NAMES], position="top")
st.set_page_config(page_title=f"{chosen.title} · {t('Lip-sync studio')}", page_icon=ICON)
accounts_notice(current().accounts.values())
note(chosen.title)
say_address_again()
with suppress(PageEnds):
    chosen.run()
