"""The sandbox's voice: a text becomes sound, with the time of every phoneme, without a network."""

from lipsync.sandbox.speech.model import Phoneme, Speech
from lipsync.sandbox.speech.settings import UnknownVoice, VoiceSetting, voice_settings
from lipsync.sandbox.speech.speaking import speak

__all__ = ["Phoneme", "Speech", "UnknownVoice", "VoiceSetting", "speak", "voice_settings"]
