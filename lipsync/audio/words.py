"""Verdicts and warnings about a sound as sentences for the person whose sound it is.

Every refusal happens before anything is paid for, so the sentences need not speak of money.
"""

from __future__ import annotations

from lipsync.audio.check import MAX_SECONDS, MAX_SOUND_BYTES, MAX_UPLOAD_BYTES, MIN_SECONDS, SoundReport
from lipsync.audio.links import MAX_REDIRECTS, TOTAL_SECONDS, LinkReport
from lipsync.audio.sniff import MAX_SOURCE_SECONDS
from lipsync.i18n import t

REASONS = (
    "empty", "too_big", "not_audio", "wrong_container", "wrong_codec", "has_video", "no_audio", "undecodable",
    "too_short", "too_long", "silent", "bad_rate", "too_many_channels", "too_slow",
)  # fmt: skip
WARNINGS = (
    "quiet", "clipped", "silent_edges", "low_quality", "truncated", "damaged", "ext_mismatch", "unusual_rate",
    "bad_header_len", "trailing_data", "out_of_phase",
)  # fmt: skip


def reason_in_words(report: SoundReport) -> str:
    """Why the sound was refused and what to do about it; an empty string when it was not refused."""
    if report.reason is None:
        return ""
    if _is_far_too_long(report):
        return t("This sound is longer than {most} minutes. "
                 "Please cut out the part you need and choose that.",
                 most=f"{MAX_SOURCE_SECONDS / 60:g}")  # fmt: skip
    what = _what_happened(report)
    return f"{what} {_how_to_fix(report.reason) if report.fixable else _what_to_do(report.reason)}"


def warning_in_words(slug: str, report: SoundReport) -> str:
    """What is odd about a sound that was accepted, and what may come of it."""
    if slug == "silent_edges":
        return t(
            "There is silence at the edges: {start} s at the start, {end} s at the end. You can cut it off.",
            start=f"{report.silent_start_seconds:.1f}", end=f"{report.silent_end_seconds:.1f}",
        )  # fmt: skip
    if slug == "ext_mismatch":
        return t("The file's name does not match what it is ({format}). It will be sent as {format}.",
                 format=_format(report))  # fmt: skip
    sentences = {
        "quiet": t("It is very quiet. The mouth may hardly move; making it louder helps."),
        "clipped": t("It is too loud in places and sounds distorted. A softer recording works better."),
        "low_quality": t("It has telephone quality. A clearer recording gives a better mouth."),
        "truncated": t("The file is cut off: its end is missing. Listen to it before you go on."),
        "damaged": t("The file is damaged in places. Listen to it before you go on."),
        "unusual_rate": t("It has an unusual sample rate. It will be converted before it is sent."),
        "bad_header_len": t(
            "The file gives a wrong length for itself. It will be put right before it is sent."
        ),
        "trailing_data": t("Something that is no sound follows after the end. It will be left out."),
        "out_of_phase": t("Its two channels cancel each other out. Only the louder one will be used."),
    }
    return sentences.get(slug, t("Something about this file is unusual. Listen to it before you go on."))


def link_in_words(report: LinkReport) -> str:
    """Why a link cannot be used and what to do; an empty string when it was fetched."""
    if report.reason is None:
        return ""
    sentences = {
        "bad_link": t("This is not a link that can be used. Please check it."),
        "not_http": t("A link must begin with https:// or http://. Please check it."),
        "has_password": t("This link holds a user name or password. Please use one without."),
        "not_public": t("This link leads into a private network. The lip-sync service could not reach it "
                        "either. Please upload the file instead."),
        "unknown_host": t("The address in this link does not exist. Please check it for typing mistakes."),
        "no_answer": t("Nothing answered at this link, or it broke off. "
                       "Please try again or upload the file."),
        "bad_certificate": t("The site behind this link could not prove that it is the right one "
                             "(its certificate is not valid). "
                             "Please check the link or upload the file instead."),
        "too_slow": t("The link took longer than {seconds} s. Please try again or upload the file.",
                      seconds=f"{TOTAL_SECONDS:g}"),
        "not_found": t("The site did not give out the file (answer {status}). Please check the link.",
                       status=report.status or "?"),
        "too_many_redirects": t("This link was passed on more than {count} times. Please use the last link.",
                                count=MAX_REDIRECTS),
        "only_part": t("The site gave out only a part of the file. Please try again or upload the file."),
        "too_big": t("The file at this link is bigger than {most} MB. Please download it and upload it here.",
                     most=f"{MAX_SOUND_BYTES / 1e6:g}"),
        "not_audio": t("There is no sound at this link, perhaps a web page. "
                       "Please use a link to the sound file itself."),
        "empty": t("The file at this link is empty."),
    }  # fmt: skip
    return sentences.get(report.reason, t("This link cannot be used. Please upload the file instead."))


def made_in_words(reason: str | None, name: str | None) -> str:
    """What was done with a file that could not be sent as it was; from a report's `reason` and name."""
    if reason == "has_video" or (name and "video" in name.lower()):
        return t("This was a video; its sound was taken out and made into an mp3.")
    if reason == "too_big":
        return t("This file was too big to send; it was made into a smaller mp3.")
    if reason == "wrong_container" and name:
        return t("This was not mp3, wav, m4a or aac but {name}; it was made into an mp3.", name=name)
    return t("This file could not be sent as it was; it was made into an mp3.")


def full_in_words() -> str:
    """Why no more sounds are taken from somebody today."""
    return t("You have added very many sounds that no clip uses. They are removed after a day. "
             "Please go on with one of them, or add more tomorrow.")  # fmt: skip


def _is_far_too_long(report: SoundReport) -> bool:
    """Whether it is the length, whatever else is odd about it, that leaves nothing to be done here."""
    helpable = report.reason in ("too_long", "too_big", "wrong_container", "wrong_codec", "has_video",
                                 "too_many_channels")  # fmt: skip
    return helpable and not report.fixable and (report.seconds or 0.0) > MAX_SOURCE_SECONDS


def _most_bytes(report: SoundReport) -> int:
    return MAX_UPLOAD_BYTES if report.bytes > MAX_UPLOAD_BYTES else MAX_SOUND_BYTES


def _what_happened(report: SoundReport) -> str:
    name, reason = report.foreign_name, report.reason
    sentences = {
        "empty": t("This file is empty."),
        "too_big": t("This file is too big: {size} MB. At most {most} MB are allowed.",
                     size=f"{report.bytes / 1e6:.1f}", most=f"{_most_bytes(report) / 1e6:.0f}"),
        "not_audio": (t("This file holds no sound. It looks like this: {name}.", name=t(name)) if name
                      else t("This file holds no sound that could be recognised.")),
        "wrong_container": t("What this file holds ({name}) cannot be sent. MP3, WAV, M4A and AAC can.",
                             name=name or "?"),
        "wrong_codec": t("The sound in this file is stored in a way that cannot be sent."),
        "has_video": t("This is a video. Only sound can be sent."),
        "no_audio": t("There is no sound in this file."),
        "undecodable": t("This file cannot be played: it is broken or incomplete."),
        "too_short": t("This sound is too short: {seconds} s. At least {least} s are needed.",
                       seconds=f"{report.seconds or 0:.1f}", least=f"{MIN_SECONDS:g}"),
        "too_long": t("This sound is too long: {seconds}. At most {most} s are allowed.",
                      seconds=_length(report.seconds or 0), most=f"{MAX_SECONDS:g}"),
        "too_slow": t("Looking at this file took too long."),
        "silent": t("Nothing can be heard in this file."),
        "bad_rate": t("This file has an unusual sample rate: {rate} per second.",
                      rate=report.sample_rate or 0),
        "too_many_channels": t("This file has {count} channels. Only mono and stereo can be sent.",
                               count=report.channels or 0),
    }  # fmt: skip
    return sentences[reason or "undecodable"]


def _how_to_fix(reason: str) -> str:
    if reason == "has_video":
        return t("Its sound can be taken out here.")
    if reason == "too_long":
        return t("You can cut out the part you need here.")
    return t("It can be converted here.")


def _what_to_do(reason: str) -> str:
    if reason in ("empty", "undecodable", "no_audio"):
        return t("Please save or download it again, or choose another file.")
    if reason == "silent":
        return t("Please check the microphone or choose another file.")
    if reason == "too_slow":
        return t("Please try again in a minute. If it happens again, choose another file.")
    if reason == "too_short":
        return t("Please choose a longer one.")
    if reason in ("too_long", "too_big"):
        return t("Please cut out the part you need and choose that.")
    return t("Please choose an MP3, WAV, M4A or AAC file.")


def _length(seconds: float) -> str:
    if seconds < 100:
        return t("{seconds} s", seconds=f"{seconds:.1f}")
    return t("{minutes} minutes", minutes=f"{seconds / 60:.0f}")


def _format(report: SoundReport) -> str:
    return (report.format or "?").upper()
