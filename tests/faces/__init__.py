"""Tests of the face check."""
