"""Errors about devices and their memory."""
