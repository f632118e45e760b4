"""The few looks that the theme has no setting for. Never holds anybody's words."""

from __future__ import annotations

STYLE = """
<style>
.stMainBlockContainer { max-width: 76rem; padding-top: 4.5rem; padding-bottom: 4rem; }
.st-key-sandbox-notice [data-testid="stAlertContainer"] { padding: 0.55rem 1rem; }
.stMainBlockContainer a[data-testid="stPageLink-NavLink"]:not(:hover) { background: transparent; }
[data-testid="stVideo"] { max-height: 26rem; border-radius: 0.6rem; background: #0b0a10; }
[data-testid="stImage"] img { border-radius: 0.45rem; aspect-ratio: 16 / 9; object-fit: cover;
  object-position: 50% 25%; width: 100%; }
[class*="st-key-whole-picture-"] [data-testid="stImage"] img { aspect-ratio: auto; object-fit: contain;
  max-height: 12rem; }
[data-testid="stMarkdownContainer"] blockquote { margin-top: 0; }
[data-testid="stCaptionContainer"]:has(.stMarkdownColoredText) { opacity: 1; }
[data-testid="stCaptionContainer"]:has(.stMarkdownColoredText) :is(p, li) {
  color: color-mix(in srgb, currentColor 62%, transparent); }
.st-key-face-frame [data-testid="stImage"] img { aspect-ratio: auto; width: auto; max-width: 100%;
  max-height: 15rem; object-fit: contain; }
[data-testid="stLayoutWrapper"]:has(> [class*="st-key-pulse-"]),
[data-testid="stLayoutWrapper"]:has(> [class*="st-key-into-view-"]),
[data-testid="stLayoutWrapper"]:has(> .st-key-face-line):not(:has(p)) { display: none; }
.st-key-last-look p { margin-bottom: 0.2rem; padding-left: 1.5rem; text-indent: -1.5rem; }
.st-key-last-look p > span[role="img"] { margin-right: 0.25rem; text-indent: 0; }
.st-key-draft_text [data-testid="InputInstructions"] { display: none; }
button[role="radio"][aria-checked="true"], button[data-selected="true"], [data-testid="stSliderThumbValue"] {
  color: light-dark(#4a2fc4, #bdb0ff) !important; }
[class*="st-key-row-"] [data-testid="stPageLink-NavLink"] { padding-left: 0.25rem; }
[class*="st-key-row-"] [data-testid="stPageLink-NavLink"] p { white-space: normal; }
[class*="st-key-card-"] { position: relative; padding: 0.75rem; }
[class*="st-key-card-"]:hover, [class*="st-key-card-chosen-"] { border-color: #6a4fe0; }
[class*="st-key-card-"] [data-testid="stMarkdown"] [data-testid="stMarkdownContainer"] p {
  display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden;
  line-height: 1.35; min-height: 2.7em; }
[class*="st-key-card-"] [data-testid="stElementContainer"]:has([data-testid="stButton"]) { position: static;
  margin-top: auto; }
[class*="st-key-card-"] [data-testid="stElementToolbar"] { display: none; }
[class*="st-key-card-"] [data-testid="stButton"] button:not(:disabled)::after { content: "";
  position: absolute; inset: 0; cursor: pointer; }
[data-testid="stMarkdown"] p { overflow-wrap: anywhere; }
@media (min-width: 641px) {
  .st-key-video-details { position: sticky; top: 4.25rem; max-height: calc(100vh - 5rem); overflow-y: auto; }
}
@media (max-width: 640px) {
  .stMainBlockContainer { padding-left: 1rem; padding-right: 1rem; }
  .st-key-videos-split [data-testid="stHorizontalBlock"]:has(> [data-testid="stColumn"]
    .st-key-video-details) { flex-direction: column-reverse; }
  .st-key-videos-split [data-testid="stColumn"] { width: 100%; }
  .st-key-face-frame [data-testid="stImage"] img { max-height: 10rem; }
}
</style>
"""
