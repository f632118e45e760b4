"""The one translation function, `t`. Every string a person sees goes through it.

The English sentence is its own key, with `{name}` placeholders filled *after* the
look-up, so that a translator sees whole sentences. A catalogue is a plain mapping from
English to another language; a sentence without an entry is shown in English.

The language belongs to the current context (one Streamlit run, one request), never to
the process: two people with different languages share a server.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Final

DEFAULT_LANGUAGE: Final = "en"

_catalogues: dict[str, dict[str, str]] = {DEFAULT_LANGUAGE: {}}
_language: ContextVar[str] = ContextVar("lipsync_language", default=DEFAULT_LANGUAGE)


def add_catalogue(language: str, sentences: dict[str, str]) -> None:
    """Register (or extend) the sentences of one language, keyed by the English sentence."""
    _catalogues.setdefault(language, {}).update(sentences)


def languages() -> tuple[str, ...]:
    """The languages that can be chosen, English first."""
    return tuple(_catalogues)


def use_language(language: str) -> None:
    """Choose the language of the current context; an unknown one means English."""
    _language.set(language if language in _catalogues else DEFAULT_LANGUAGE)


def current_language() -> str:
    """The language of the current context."""
    return _language.get()


def t(sentence: str, /, **values: object) -> str:
    """`sentence` in the current language, with its placeholders filled from `values`."""
    found = _catalogues[_language.get()].get(sentence, sentence)
    return found.format(**values) if values else found


def plural(count: int, one: str, many: str, /, **values: object) -> str:
    """`one` or `many`, translated, with `{count}` and `values` filled in."""
    return t(one if count == 1 else many, count=count, **values)
